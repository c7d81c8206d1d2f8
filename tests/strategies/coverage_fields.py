"""The lists behind `coverage.FIELDS`: every field, union arm and enum word that the specification names.

How to extend.  See `coverage` for the notation.  One text per dialect and kind of document; put a new word
beside
its neighbours.  What only some servers send is below the line "de facto".
"""

from __future__ import annotations

_CHAT_REQUEST = """
model messages audio.format={wav,aac,mp3,flac,opus,pcm16} audio.voice:str audio.voice.id
frequency_penalty function_call={none,auto} function_call.name functions[].{name,description,parameters}
logit_bias:object logprobs={true,false} max_completion_tokens max_tokens metadata:object
modalities[]={text,audio,image}
moderation.{model,policy:null,policy.{input,output}:null,policy.{input,output}.mode={score,block}} n
parallel_tool_calls={true,false} prediction:type=content prediction.content:{str,list}
@content.content[]:type=text
presence_penalty prompt_cache_key prompt_cache_options.{mode={implicit,explicit},ttl=30m}
prompt_cache_retention={in_memory,24h,in-memory} reasoning_effort={none,minimal,low,medium,high,xhigh,max}
response_format:type={text,json_object,json_schema} safety_identifier seed:int
service_tier={auto,default,flex,scale,priority,fast} stop:{str,list,empty} stop[] store={true,false}
stream={true,false} stream_options.{include_usage,include_obfuscation}={true,false} temperature:{int,float}
tool_choice={none,auto,required} tool_choice:type={function,custom,allowed_tools}
tools[]:type={function,custom}
top_logprobs top_p user verbosity={low,medium,high} web_search_options.search_context_size={low,medium,high}
web_search_options.user_location{:null,:type=approximate}
@approximate.approximate.{city,country,region,timezone}
{audio,frequency_penalty,logit_bias,logprobs,max_completion_tokens,max_tokens,metadata,modalities,moderation,n}:null
{prediction,presence_penalty,prompt_cache_key,prompt_cache_retention,reasoning_effort,safety_identifier,seed}:null
{service_tier,stop,store,stream,stream_options,temperature,top_logprobs,top_p,verbosity}:null
# messages
messages[]:role={developer,system,user,assistant,tool,function}
@role={developer,system}.{name,content:{str,list},content[]:type=text}
@role=user.{name,content:{str,list},content[]:type={text,image_url,input_audio,file}}
@role=assistant.{name,content:{str,null,list,empty},content[]:type={text,refusal},refusal:{str,null}}
@role=assistant.audio{.id,:null}
@role=assistant.{tool_calls[]:type={function,custom},function_call.{name,arguments}}
@role=tool.{tool_call_id,content:{str,list},content[]:type=text} @role=function.{name,content:{str,null}}
@{text,image_url,input_audio,file}.prompt_cache_breakpoint.mode=explicit
@{text,image_url}.prompt_cache_breakpoint.ttl={30m,12h}
@text.text:{str,empty} @image_url.image_url.{url,detail={auto,low,high,original}}
@input_audio.input_audio.{data,format={wav,mp3}} @file.file.{file_id,file_data,filename} @refusal.refusal
# tools
@function.{id,function.{name,description,parameters,strict={true,false},strict:null}}
@function.function.arguments:{json-object,json-other,invalid,empty}
messages[].function_call.arguments:json-object
@custom.{id,custom.{name,description,input,format:type={text,grammar}}}
@grammar.grammar.{syntax={lark,regex},definition}
@allowed_tools.allowed_tools.{mode={auto,required},tools[]:type={function,custom}}
@json_schema.json_schema.{name,description,schema,strict={true,false},strict:null}
# de facto: parts and messages
seen @role=user.content[]:type={video_url,video,audio_url,input_text,input_image,document_url,document}
@image_url.image_url:{str,object} @video_url.video_url:{str,object} @video_url.video_url.url @video.video[]
@audio_url.audio_url.url @input_text.text @input_image.image_url @document_url.document_url @document.source
@{text,image_url,input_audio,file,video_url}.cache_control:type=ephemeral
@{text,image_url}.cache_control:null @ephemeral.ttl={5m,1h}
@role=assistant.content[]:type={thinking,redacted_thinking} @thinking.thinking:{str,list}
@thinking.{signature,closed}
@thinking.{cache_control,thinking[]:type=text} @redacted_thinking.data
@role=assistant.{reasoning_content,reasoning}:{str,null}
@role=assistant.{reasoning_text,reasoning_signature:{str,list},prefix}
@role=assistant.reasoning_details[]:type={reasoning.text,reasoning.summary,reasoning.encrypted}
@reasoning.text.{text,signature,id,index,format={anthropic-claude-v1,openai-responses-v1,google-gemini-v1}}
@reasoning.text.format={azure-openai-responses-v1,xai-responses-v1,unknown}
@reasoning.summary.{summary,id,index,format} @reasoning.encrypted.{data,id,index,format}
@reasoning.text.signature:null
@role=assistant.{thinking_blocks[]:type={thinking,redacted_thinking},reasoning_items[]:type=reasoning}
@reasoning.{id,encrypted_content,summary:empty,summary[]:type=summary_text} @summary_text.text
@role=assistant.{annotations:empty,annotations[]:type={url_citation,file},images[]:type=image_url,cache_control}
@role=assistant.{extra_content.google.thought,provider_specific_fields} @role={system,user}.cache_control
@role=tool.{name,cache_control}
@function.{extra_content.google.thought_signature,provider_specific_fields.thought_signature,index,cache_control}
@function.function.provider_specific_fields.thought_signature tools[].function.{type=function,required}
tools[]:type=openrouter:web_search tool_choice=any {tool_choice,response_format,tools}:empty
response_format:type=structural_tag stream_options.continuous_usage_stats
# de facto: the top level
models[]
provider.{order,only,ignore,allow_fallbacks,require_parameters,data_collection,sort,quantizations,max_price}
plugins transforms route usage.include reasoning.{effort,max_tokens,exclude,enabled} include_reasoning
top_k min_p top_a repetition_penalty session_id trace cache_control
thinking:type={enabled,disabled} @enabled.budget_tokens extra_body.google.cached_content
extra_body.google.thinking_config.{thinking_budget,thinking_level,include_thoughts}
extra_body.google.safety_settings
use_beam_search length_penalty stop_token_ids include_stop_str_in_output ignore_eos min_tokens
skip_special_tokens
truncate_prompt_tokens prompt_logprobs allowed_token_ids bad_words echo add_generation_prompt
continue_final_message
add_special_tokens documents chat_template chat_template_kwargs mm_processor_kwargs priority request_id
cache_salt
structured_outputs.{json,regex,choice,grammar,structural_tag} guided_json guided_choice kv_transfer_params
return_token_ids return_tokens_as_token_ids vllm_xargs thinking_token_budget stream_interval
enable_thinking thinking_budget enable_search search_options vl_high_resolution_images random_seed
safe_prompt
prompt_mode=reasoning search_parameters deferred reasoning_format={parsed,raw,hidden} reasoning_split
data_sources
"""

_CHAT_USAGE = """
usage.{prompt_tokens,completion_tokens,total_tokens} usage.{prompt,completion}_tokens_details:{object,null}
usage.prompt_tokens_details.{cached_tokens,audio_tokens,cache_write_tokens,text_tokens,image_tokens}:{int,null}
usage.completion_tokens_details.{reasoning_tokens,audio_tokens,text_tokens}:{int,null}
usage.completion_tokens_details.{accepted_prediction_tokens,rejected_prediction_tokens}:{int,null}
# de facto
usage.{prompt,completion}_tokens_details:empty usage.prompt_tokens_details.video_tokens
usage.completion_tokens_details.image_tokens usage.{cost,cost_details,is_byok,market_cost,service_tier}
usage.{input_tokens,output_tokens,input_tokens_details,num_sources_used} usage.input_tokens_details:null
usage.{prompt_cache_hit_tokens,prompt_cache_miss_tokens,cache_creation_input_tokens,cache_read_input_tokens}
usage.{queue_time,prompt_time,completion_time,total_time}
"""
_CHAT_REPLY = """
choices[].logprobs:{object,null} choices[].logprobs.{content,refusal}:{list,null}
choices[].logprobs.content[].{token,logprob,bytes:{list,null},top_logprobs:{list,empty}}
choices[].logprobs.content[].top_logprobs[].{token,logprob,bytes} choices[].logprobs.refusal[].token
moderation.{input,output}:type={moderation_results,error}
@moderation_results.{model,results[]:type=moderation_result}
@moderation_result.{flagged,categories,category_scores,category_applied_input_types,model}
@error.{code,message}
@url_citation.url_citation.{start_index,end_index,url,title} @custom.custom.{name,input}
service_tier={auto,default,flex,scale,priority,fast} {service_tier,system_fingerprint}:null
system_fingerprint:str
choices[].finish_reason={stop,length,tool_calls,content_filter,function_call}
# de facto
choices[].finish_reason={insufficient_system_resource,eos,abort,model_length} provider x_groq.id
choices[].finish_reason={aborted,sensitive,network_error}
choices[].{native_finish_reason,content_filter_results}
choices[].content_filter_results.{hate,self_harm,sexual,violence}.{filtered,severity={safe,low,medium,high}}
choices[].content_filter_results.{jailbreak,protected_material_text}.{filtered,detected} timings citations
search_results
usage.cost:object usage.{cost_in_usd_ticks,reasoning_tokens,cached_tokens} x_groq.seed
prompt_filter_results[].{prompt_index,content_filter_results}
@reasoning.text.{text,signature,format,index} @reasoning.summary.summary @reasoning.encrypted.data
@thinking.{thinking:{str,list},signature} @redacted_thinking.data @reasoning.{encrypted_content,summary}
@image_url.image_url.url @file.file.{hash,name,content} @function.extra_content.google.thought_signature
@function.provider_specific_fields.thought_signature
"""

_CHAT_RESPONSE = (
    _CHAT_USAGE
    + _CHAT_REPLY
    + """
id object=chat.completion created model choices[].index metadata:{object,null} moderation:null usage:null
choices[].message:role=assistant choices[].finish_reason:{str,null,empty}
choices[].message.{content:{str,null,empty},refusal:{str,null},audio:null,function_call:null,annotations:{empty,null}}
choices[].message.{tool_calls[]:type={function,custom},annotations[]:type=url_citation,function_call.{name,arguments}}
choices[].message.audio.{id,data,expires_at,transcript} @function.{id,function.name}
@function.function.arguments:{json-object,json-other,invalid,empty}
# de facto
choices[].message.{reasoning_content,reasoning}:{str,null} choices[].message.{reasoning_text,citations}
choices[].message.{reasoning_details[]:type={reasoning.text,reasoning.summary,reasoning.encrypted},content:list}
choices[].message.{thinking_blocks[]:type={thinking,redacted_thinking},reasoning_items[]:type=reasoning}
choices[].message.{content[]:type={thinking,text},images[]:type=image_url,extra_content.google.thought}
choices[].message.{provider_specific_fields,context.{citations,intent},annotations[]:type=file,tool_calls:{null,empty}}
choices[].delta usage_breakdown:null prompt_filter_results:null choices[].message.provider_metadata
choices[].finish_reason=error choices[].{stop_reason,token_ids,seed,error,provider_specific_fields}
citations search_results prompt_logprobs prompt_token_ids kv_transfer_params metrics
@url_citation.url_citation.content
@function.{index,function.provider_specific_fields}
"""
)

_CHAT_STREAM = (
    _CHAT_USAGE
    + _CHAT_REPLY
    + """
id object=chat.completion.chunk created model choices[].index choices:empty usage:null obfuscation
event=None
choices[].delta.{role={assistant},role:null,content:{str,null,empty},refusal:{str,null}} data=[DONE] comment
choices[].delta.tool_calls[].{index,id,type=function,function.{name,arguments},custom.{name,input}}
choices[].delta.function_call.{name,arguments} choices[].delta.audio.{id,data,transcript,expires_at}
choices[].delta.annotations[]:type=url_citation choices[].finish_reason:{str,null}
# de facto
choices[].delta.{reasoning_content,reasoning,reasoning_text,images[]:type=image_url,content:list,annotations:empty}
choices[].delta.reasoning_details[]:type={reasoning.text,reasoning.summary,reasoning.encrypted}
choices[].delta.{thinking_blocks[]:type={thinking,redacted_thinking},reasoning_items[]:type=reasoning}
choices[].delta.{content[]:type={thinking,text},extra_content.google.thought=true,channel,phase,provider_metadata}
choices[].delta.{tool_calls[].type=custom,tool_calls[].custom:empty}
choices[].{finish_reason:empty,message.content}
choices[].content_filter_offsets.{check_offset,start_offset,end_offset} object:empty p x_groq.usage
choices[].delta.{tool_calls,function_call,reasoning,reasoning_content}:null
choices[].delta.provider_metadata.gateway
choices[].{native_finish_reason:null,stop_reason,obfuscation}
# situations: the envelope and the usage
~{id,model,created}-empty-first ~{id,created,system_fingerprint}-changes ~no-done ~empty-comment
~no-choices-key ~prompt-filter-first ~choice-1-first ~choices-interleaved ~choices-together
~usage-{none,only-x_groq,also-x_groq,own-chunk,on-finish-chunk,with-empty-choice,running,values-change}
~usage-{null-after,null-before}
# situations: a choice
~delta-null ~choice-without-delta ~message-beside-delta ~finish-{key-absent,empty,repeated}
~role-{repeated,null-later,never}
~empty-delta{,-after-finish} ~{content,reasoning}-after-finish ~finish-with-{content,tool_calls,reasoning}
~reasoning-twice
~{content-after-reasoning,reasoning-after-content,tool_calls-after-content,content-after-tool_calls}
~{tool_calls-after-reasoning,refusal-after-content,annotations-after-content,images-after-content}
# situations: calls
~several-calls-in-delta ~custom-call ~custom-empty-beside-function
~call-{index-missing,id-empty,index-reused}
~call-{index-from-one,type-absent-first} ~first-arguments-{null,absent,filled} ~calls-interleaved
~{id,name}-repeated ~{id,name,type}-null-later ~{id,name}-empty-later ~type-again-later
~arguments-{json-object,json-other,invalid,empty}
"""
)

_CHAT_FAILING = """
error.{message,type,param:{str,null,empty},code:{str,int,null}} event={None,error} data=[DONE] comment
{code,message} object=error choices[].finish_reason=error error.metadata x_groq.error usage provider
choices[].native_finish_reason choices[].delta.content
"""

_CHAT_ERROR = """
status={400,401,403,404,409,413,422,429,500,502,503,504}
error.{message,type,param:{str,null},code:{str,null}}
error.type={invalid_request_error,authentication_error,permission_error,rate_limit_exceeded,tokens,requests}
error.type={insufficient_quota,server_error,service_unavailable}
error.code={invalid_value,unsupported_parameter,unsupported_value,unknown_parameter,missing_required_parameter}
error.code={context_length_exceeded,string_above_max_length,invalid_function_parameters,invalid_json_schema}
error.code={content_policy_violation,invalid_prompt,invalid_type,integer_below_min_value,array_above_max_length}
error.code={invalid_api_key,unsupported_country_region_territory,model_not_allowed,model_not_found}
error.code={rate_limit_exceeded,insufficient_quota,billing_hard_limit_reached,slow_down}
error.misalignment.{detailed_explanation,error_type,review_target,steer.message}
# de facto
status={200,402,529} error.code:int error:str error.type={new_api_error,one_api_error,upstream_error}
error.param:empty
error.{metadata,status,failed_generation} user_id error.code=content_filter error.innererror.code
error.type:null
error.innererror.content_filter_result.hate.filtered object=error code:int message statusCode
detail[].{loc,msg,type}
[].error.{code,message,status={INVALID_ARGUMENT,PERMISSION_DENIED,RESOURCE_EXHAUSTED}} choices:null
error.code={401,404}
"""

CHAT = {
    "request": _CHAT_REQUEST,
    "response": _CHAT_RESPONSE,
    "stream": _CHAT_STREAM,
    "failing": _CHAT_FAILING,
    "error": _CHAT_ERROR,
}

_CITATIONS = """
@text.citations[]:type={char_location,page_location,content_block_location,search_result_location}
@text.citations[]:type=web_search_result_location
@{char_location,page_location,content_block_location}.{cited_text,document_index,document_title:{str,null}}
@char_location.{start_char_index,end_char_index} @page_location.{start_page_number,end_page_number}
@content_block_location.{start_block_index,end_block_index} @char_location.file_id
@search_result_location.{search_result_index,source,title:{str,null},start_block_index,end_block_index,cited_text}
@web_search_result_location.{url,title:{str,null},encrypted_index,cited_text}
"""
_MODEL_BLOCKS = """
@text.{text,citations:null} @thinking.{thinking:{str,empty},signature} @redacted_thinking.data
@tool_use.{id,name,input,caller:type={direct,code_execution_20250825,code_execution_20260120},toolset_name}
@code_execution_{20250825,20260120}.tool_id @server_tool_use.{id,name,input,caller:type=direct}
@server_tool_use.name={web_search,web_fetch,code_execution,bash_code_execution,text_editor_code_execution}
@server_tool_use.name={tool_search_tool_regex,tool_search_tool_bm25,advisor}
@{web_search,web_fetch,code_execution,bash_code_execution,text_editor_code_execution}_tool_result.tool_use_id
@web_search_tool_result.{content:empty,content[]:type=web_search_result,caller}
@web_search_tool_result.content:type=web_search_tool_result_error
@web_search_result.{url,title,encrypted_content,page_age:{str,null}}
@web_search_tool_result_error.error_code
@web_fetch_tool_result.{content:type={web_fetch_result,web_fetch_tool_result_error},caller}
@web_fetch_result.{url,content:type=document,retrieved_at:{str,null}}
@code_execution_tool_result.content:type={code_execution_result,encrypted_code_execution_result}
@code_execution_tool_result.content:type=code_execution_tool_result_error
@code_execution_result.{stdout,stderr,return_code,content:empty,content[]:type=code_execution_output}
@encrypted_code_execution_result.{encrypted_stdout,stderr,return_code,content}
@code_execution_output.file_id
@bash_code_execution_tool_result.content:type={bash_code_execution_result,bash_code_execution_tool_result_error}
@bash_code_execution_result.{stdout,stderr,return_code,content[]:type=bash_code_execution_output}
@text_editor_code_execution_tool_result.content:type=text_editor_code_execution_{view,create,str_replace}_result
@text_editor_code_execution_tool_result.content:type=text_editor_code_execution_tool_result_error
@text_editor_code_execution_view_result.{file_type={text,image,pdf},content,num_lines,start_line,total_lines}
@text_editor_code_execution_create_result.is_file_update
@text_editor_code_execution_str_replace_result.{lines,old_start,old_lines,new_start,new_lines}
@text_editor_code_execution_tool_result_error.{error_code,error_message}
@tool_search_tool_result.content:type={tool_search_tool_search_result,tool_search_tool_result_error}
@tool_search_tool_search_result.tool_references[]:type=tool_reference @tool_reference.tool_name
@container_upload.file_id @mcp_tool_use.{id,name,server_name,input}
@mcp_tool_listing.tools[].{name,input_schema}
@mcp_tool_listing.{mcp_server_name,tools[].description}
@mcp_tool_result.{tool_use_id,is_error={true,false},content:{str,list,empty},content[]:type=text}
@compaction.{content:{str,null},encrypted_content:{str,null},signature,tool_changes[]:type={tool_addition,tool_removal}}
@fallback.{from.model,to.model,trigger:type=refusal} @refusal.category={cyber,bio}
@{advisor_result,advisor_redacted_result}.stop_reason
@advisor_tool_result.content:type={advisor_result,advisor_redacted_result,advisor_tool_result_error}
@tool_addition.tool:type={tool_reference,mcp_tool_reference,mcp_toolset_reference,tool_definition}
@tool_removal.tool:type={tool_reference,mcp_tool_reference,mcp_toolset_reference}
@tool_definition.definition.name
"""
_MODEL_TYPES = (
    "{text,thinking,redacted_thinking,tool_use,server_tool_use,container_upload,mcp_tool_use,mcp_tool_result,"
    "mcp_tool_listing,compaction,fallback,web_search_tool_result,web_fetch_tool_result,code_execution_tool_result,"
    "bash_code_execution_tool_result,text_editor_code_execution_tool_result,tool_search_tool_result,advisor_tool_result}"
)

_ANTHROPIC_REQUEST = (
    _CITATIONS
    + _MODEL_BLOCKS
    + f"""
messages[].content[]:type={_MODEL_TYPES}
@role=assistant.content[]:type={_MODEL_TYPES}
"""
    + """
model max_tokens messages stream={true,false} stop_sequences:{list,empty} system:{str,list,empty}
system[]:type=text
thinking:type={disabled,enabled,adaptive,between_tools} @enabled.{budget_tokens,block_binding,display:null}
@{enabled,adaptive}.display={summarized,omitted,updates} @adaptive.display:null
@adaptive.block_binding.prefix_mismatch_behavior={error,drop_block}
output_config.effort={low,medium,high,xhigh,max} output_config.{effort,format}:null
output_config.format:type=json_schema
@json_schema.schema output_config.task_budget:type=tokens @tokens.{total,remaining:{int,null}}
output_format:{type=json_schema,null} tool_choice:type={auto,any,tool,none}
@{auto,any,tool}.disable_parallel_tool_use={true,false} @tool.name metadata.user_id:{str,null}
service_tier={auto,standard_only} speed={standard,fast} speed:null container:{str,object,null}
container.{id:{str,null},skills:null,skills[]:type={anthropic,custom}} @{anthropic,custom}.skill_id
@custom.version
cache_control:{type=ephemeral,null} @ephemeral.ttl={5m,1h} inference_geo:{str,null} temperature top_p top_k
diagnostics.previous_message_id:{str,null} diagnostics:null anthropic_version
mcp_servers[]:type=url
@url.{name,url,authorization_token:{str,null},tool_configuration.{enabled,allowed_tools}}
context_management:null
context_management.edits[]:type={clear_tool_uses_20250919,clear_thinking_20251015,compact_20260112}
@clear_tool_uses_20250919.{trigger:type={input_tokens,tool_uses},keep:type=tool_uses,clear_at_least:type=input_tokens}
@clear_tool_uses_20250919.{clear_at_least:null,exclude_tools:{list,null},clear_tool_inputs:{list,null}}
@clear_tool_uses_20250919.clear_tool_inputs={true,false} @{input_tokens,tool_uses,thinking_turns}.value
@clear_thinking_20251015.keep{=all,:type={thinking_turns,all}}
@compact_20260112.{trigger:type=input_tokens,instructions,pause_after_compaction}
compaction:type=summarize @summarize.instructions fallbacks=default fallback_credit_token:{str,object,null}
fallback_credit_token.{token,mode={strict,best_effort}} billing_policy:type=billing_policy
@billing_policy.bill_to={self,user_profile}
fallbacks[].{model,max_tokens,thinking,output_config,speed} thread:type={create,continue}
@continue.previous_message_id
# messages and the user's blocks
messages[]:role={user,assistant,system} @role={user,assistant,system}.content:{str,list}
@role=user.content[]:type={text,image,document,search_result,tool_result,container_upload}
@role=system.{content[]:type={text,tool_addition,tool_removal},clear_at={next_user_message,never},output_config.effort}
@{text,image,document,search_result,tool_use,tool_result,server_tool_use}.cache_control{:type=ephemeral,:null}
@image.source:type={base64,url,file}
@base64.media_type={image/jpeg,image/png,image/gif,image/webp,application/pdf}
@base64.data @image.transformations.oversized_image={downsize,error} @url.url @file.file_id
@document.{source:type={base64,text,content,url,file},title:{str,null},context:{str,null}}
@document.citations.enabled={true,false}
@document.citations:null @text.{media_type=text/plain,data}
@content.{content:{str,list},content[]:type={text,image}}
@search_result.{source,title,content[]:type=text,citations.enabled={true,false}}
@tool_result.{tool_use_id,content:{str,list,empty},is_error={true,false},toolset_name}
@tool_result.content[]:type={text,image,search_result,document,tool_reference,browser_state}
@browser_state.{tabs[].{tab_id,title,url,active},state_changes:null}
@browser_state.state_changes[]:type={tab_opened,download_started,download_completed,download_failed}
@download_completed.{download_id,url,path,size_bytes} @download_failed.error
# tools
tools:empty
tools[].{name,input_schema,description:{str,empty},type=custom,type:null,strict={true,false},defer_loading={true,false}}
tools[].{input_examples,eager_input_streaming={true,false},eager_input_streaming:null}
tools[].cache_control:{null,type=ephemeral}
tools[].allowed_callers[]={direct,code_execution_20250825,code_execution_20260120,code_execution_20260521}
tools[]:type={bash_20250124,memory_20250818,computer_{20241022,20250124,20251124},computer_toolset_20260801}
tools[]:type={bash_20241022,text_editor_{20241022,20250124,20250429,20250728},browser_toolset_20260801}
tools[]:type={mcp_toolset,advisor_20260301}
tools[]:type={web_search_{20250305,20260209,20260318},web_fetch_{20250910,20260209,20260309,20260318}}
tools[]:type=code_execution_{20250522,20250825,20260120,20260521}
tools[]:type=tool_search_tool_{regex,bm25}{,_20251119}
@bash_20250124.name=bash @text_editor_20250124.name=str_replace_editor @memory_20250818.name=memory
@text_editor_{20250429,20250728}.name=str_replace_based_edit_tool @text_editor_20250728.max_characters
@computer_20251124.{name=computer,display_width_px,display_height_px,enable_zoom}
@computer_toolset_20260801.configs
@web_search_{20250305,20260209,20260318}.{name=web_search,max_uses,allowed_domains,blocked_domains}
@web_search_{20250305,20260209,20260318}.user_location:type=approximate
@approximate.{city,region,country,timezone}
@web_search_20260318.response_inclusion={full,excluded} tools[].{allowed,blocked}_domains:{list,empty,null}
@web_fetch_{20250910,20260209,20260309,20260318}.{name=web_fetch,max_content_tokens,citations.enabled,url_sources}
tools[].url_sources.{user_input:type={all,none},{client,server}_tool_results:type={all,none,only,except}}
@{only,except}.tools[]:type=tool_reference @computer_20250124.display_number
@web_fetch_{20260309,20260318}.use_cache @code_execution_20260521.name=code_execution
@mcp_toolset.{mcp_server_name,default_config,configs,tools[].name}
@advisor_20260301.{model,max_tokens,max_uses,caching:type=ephemeral}
"""
)

_ANTHROPIC_USAGE = """
usage.{output_tokens,cache_creation_input_tokens:{int,null},cache_read_input_tokens:{int,null}}
usage.output_tokens_details:null usage.output_tokens_details.thinking_tokens
usage.server_tool_use:null usage.server_tool_use.{web_search_requests,web_fetch_requests}
usage.fallback_credit.status:type={redeemed,not_applied} @not_applied.{reason,remove_to_redeem}
usage.iterations[]:type={message,compaction,advisor_message,fallback_message}
@message.{model,cache_creation} @compaction.{input_tokens,output_tokens,cache_read_input_tokens}
"""
_ANTHROPIC_START = """
.{id,model,content,stop_reason,stop_sequence:null,container:{object,null},diagnostics:null}
.usage.{input_tokens,cache_creation:null,cache_creation.{ephemeral_5m_input_tokens,ephemeral_1h_input_tokens}}
.usage.{service_tier={standard,priority,batch},service_tier:null,inference_geo:{str,null},speed={standard,fast}}
.diagnostics.cache_miss_reason:{null,type={model_changed,system_changed,tools_changed,messages_changed}}
.diagnostics.cache_miss_reason:type={previous_message_not_found,unavailable}
.diagnostics.cache_miss_reason.cache_missed_input_tokens
"""
_ANTHROPIC_END = """
.stop_reason={end_turn,max_tokens,stop_sequence,tool_use,pause_turn,refusal,model_context_window_exceeded,compaction}
.stop_sequence:{str,null} .stop_details:{null,type=refusal}
.container.{id,expires_at,skills[]:type={anthropic,custom}}
"""
_REFUSAL = """
@refusal.category={cyber,bio,frontier_llm,reasoning_extraction,general_harms} @refusal.category:null
@refusal.{explanation:{str,null},fallback_credit_token,fallback_has_prefill_claim,recommended_model}
context_management.applied_edits[]:type={clear_tool_uses_20250919,clear_thinking_20251015}
@clear_tool_uses_20250919.{cleared_input_tokens,cleared_tool_uses}
@clear_thinking_20251015.cleared_thinking_turns
input_transformations[]:type={thinking_dropped,thinking_mismatch_allowed} @thinking_dropped.path
input_transformations[].reason={model,prefix,organization,end_user}_binding_mismatch
"""


def _under(prefix: str, text: str) -> str:
    """The words of a list that begin with a dot, below `prefix`."""
    return " ".join(prefix + word if prefix else word[1:] for word in text.split()) + "\n"


_ANTHROPIC_RESPONSE = (
    _CITATIONS
    + _MODEL_BLOCKS
    + _ANTHROPIC_USAGE
    + _under("", _ANTHROPIC_START + _ANTHROPIC_END)
    + _REFUSAL
    + f"""
:type=message :role=assistant @document.{{title,citations.enabled}} @base64.media_type=application/pdf
@text.media_type=text/plain @{{anthropic,custom}}.{{skill_id,version}} content:{{list,empty}}
content[]:type={_MODEL_TYPES}
@text.citations:{{null,list,empty}} @web_fetch_result.content:type=document
@document.source:type={{base64,text}}
"""
)

_ANTHROPIC_STREAM = (
    _CITATIONS.replace("@text.citations[]", "@citations_delta.citation")
    + _MODEL_BLOCKS.replace(
        "@thinking.{thinking:{str,empty},signature}", "@thinking.{thinking,signature}:empty"
    ).replace("@compaction.{content:{str,null},encrypted_content:{str,null},", "@compaction.{content:{null,empty},")
    + _ANTHROPIC_USAGE
    + _under("message", _ANTHROPIC_START)
    + _under("delta", _ANTHROPIC_END)
    + _REFUSAL
    + f"""
content_block:type={_MODEL_TYPES} message:role=assistant message:type=message
"""
    + """
@document.{source:type={base64,text},title,citations.enabled} @base64.media_type=application/pdf
@text.media_type=text/plain
@{anthropic,custom}.{skill_id,version}
event={message_start,content_block_start,content_block_delta,content_block_stop,message_delta,message_stop,ping}
:type={message_start,content_block_start,content_block_delta,content_block_stop,message_delta,message_stop,ping}
index message.{stop_details,context_management}:null
delta:type={text_delta,citations_delta,thinking_delta,signature_delta,input_json_delta,compaction_delta}
@text_delta.text @thinking_delta.{thinking,estimated_tokens} @signature_delta.signature
@input_json_delta.partial_json:{empty,json-object,invalid}
@compaction_delta.{content,encrypted_content}:{str,null}
@message_delta.usage.input_tokens:{int,null} @text.citations:{null,empty}
# de facto
event=future_event :type=future_event content_block:type=future_block delta:type=future_delta data=[DONE]
event=data
amazon-bedrock-invocationMetrics.{inputTokenCount,outputTokenCount,invocationLatency,firstByteLatency}
usage.{cost,cost_details,is_byok} message.provider
# situations
~no-message-stop ~two-message-deltas ~ping-{first,in-block,between-blocks} ~done-at-the-end ~no-content
~{redacted_thinking,tool_use,web_search_tool_result,tool_search_tool_result,container_upload}-without-deltas
~citation-{before,after}-text ~thinking-{omitted,empty-delta} ~input-{json-object,invalid,empty,in-start}
~first-fragment-{empty,filled} ~empty-fragment-later
"""
)

_ANTHROPIC_FAILING = """
event=error error.{message,type,details.error_code} request_id:{str,null}
~error-{first,in-block,between-blocks}
error.type={overloaded_error,api_error,rate_limit_error,invalid_request_error}
"""

_ANTHROPIC_ERROR = """
status={400,401,402,403,404,408,409,413,429,500,503,504,529} :type=error error.{message,details.error_code}
error.type={invalid_request_error,authentication_error,billing_error,permission_error,not_found_error,conflict_error}
error.type={request_too_large,rate_limit_error,api_error,timeout_error,overloaded_error}
request_id:{str,null}
"""

ANTHROPIC = {
    "request": _ANTHROPIC_REQUEST,
    "response": _ANTHROPIC_RESPONSE,
    "stream": _ANTHROPIC_STREAM,
    "failing": _ANTHROPIC_FAILING,
    "error": _ANTHROPIC_ERROR,
}
