"""The lists of `coverage` for `openai-responses`, and the situations that only a whole stream of it can show.

How to extend.  See `coverage` for the notation.  One text per kind of document; put a new word beside its
neighbours, what only some servers send below "de facto".  A new habit of streams is a line in `situations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .common import Doc, Record

_STATUSES = "{in_progress,completed,incomplete}"
_FUNCTION_TOOL = """
@function.{name,description:{str,null},parameters,strict={true,false},strict:null,defer_loading,output_schema}
@function.{allowed_callers:{list,null},allowed_callers[]={direct,programmatic},async}
tools[].{parameters,output_schema,headers}:{object,null}
"""
_TOOLS = (
    _FUNCTION_TOOL
    + """
tools[]:type={function,custom,namespace,tool_search,programmatic_tool_calling,web_search,web_search_2025_08_26}
tools[]:type={web_search_preview,web_search_preview_2025_03_11,file_search,code_interpreter,image_generation}
tools[]:type={computer,computer_use_preview,mcp,shell,local_shell,apply_patch}
@custom.{name,description,format:type={text,grammar},defer_loading,allowed_callers,async}
@grammar.{syntax={lark,regex},definition} @namespace.{name,description,tools[]:type={function,custom}}
@tool_search.{execution={server,client},description,parameters}
@web_search.{filters:{object,null},filters.allowed_domains:{list,null},search_context_size={low,medium,high}}
@web_search.{user_location:{object,null},external_web_access={true,false}}
tools[].user_location:type=approximate @approximate.{city,country,region,timezone}:{str,null}
@web_search_preview.{search_context_size={low,medium,high},user_location,search_content_types[]={text,image}}
@file_search.{vector_store_ids[],max_num_results,ranking_options.ranker={auto,default-2024-11-15},filters:null}
@file_search.ranking_options.{score_threshold,hybrid_search.{embedding_weight,text_weight}}
@file_search.filters:type={eq,ne,gt,gte,lt,lte,in,nin,and,or} @eq.{key,value} @{and,or}.filters[]
@code_interpreter.{container:str,container:type=auto,allowed_callers} @auto.{file_ids[],memory_limit:null}
@auto.{memory_limit={1g,4g,16g,64g},network_policy:type={disabled,allowlist}}
@allowlist.{allowed_domains[],domain_secrets[].{domain,name,value}}
@image_generation.{model,action={generate,edit,auto},background={transparent,opaque,auto},complexity={low,medium,high}}
@image_generation.{frame_count,frame_duration_ms,input_fidelity={high,low},input_image_mask.{file_id,image_url}}
@image_generation.{moderation={auto,low},output_compression,output_format={png,webp,jpeg,gif,svg},partial_images}
@image_generation.{quality={low,medium,high,xhigh,max,auto},size={1024x1024,1024x1536,1536x1024,auto}}
@image_generation.svg.{model,reasoning.effort={none,minimal,low,medium,high,xhigh,max}}
@computer_use_preview.{display_height,display_width,environment={windows,mac,linux,ubuntu,browser}}
@mcp.{server_label,server_url,tunnel_id,allowed_tools:{list,object,null},authorization,headers}
@mcp.connector_id=connector_{dropbox,gmail,googlecalendar,googledrive,microsoftteams,outlookcalendar,outlookemail}
@mcp.{connector_id=connector_sharepoint,server_description,defer_loading,allowed_callers}
@mcp.{require_approval={always,never},require_approval:{object,null},require_approval.{always,never}.read_only}
@mcp.{allowed_tools.{read_only,tool_names[]},require_approval.{always,never}.tool_names[]}
@shell.{environment:type={container_auto,local,container_reference},environment:null,allowed_callers}
@container_auto.{file_ids[],memory_limit,network_policy,skills[]:type={skill_reference,inline}}
@skill_reference.{skill_id,version} @inline.{name,description,source:type=base64}
@base64.{media_type=application/zip,data}
@local.skills[].{name,description,path} @container_reference.container_id
@apply_patch.allowed_callers
# de facto
tools[]:type={x_search,openrouter:web_search}
"""
)
_TOOL_CHOICE = """
tool_choice={none,auto,required} tool_choice:type={function,custom,mcp,allowed_tools,apply_patch,shell}
tool_choice:type={file_search,web_search_preview,web_search_preview_2025_03_11,computer,computer_use}
tool_choice:type={computer_use_preview,code_interpreter,image_generation,programmatic_tool_calling}
tool_choice.{name,server_label} @allowed_tools.{mode={auto,required},tools[]:type={function,custom,mcp}}
@json_schema.{name,schema,description,strict={true,false},strict:null}
"""
_CONTENT = """
@input_text.{text:{str,empty},prompt_cache_breakpoint.mode=explicit}
@input_image.{image_url:{str,null},file_id:{str,null}}
@input_text.prompt_cache_breakpoint.ttl={30m,12h} @input_{image,file}.prompt_cache_breakpoint
@input_image.detail={auto,low,high,original} @input_file.{file_id:{str,null},file_url,file_data,filename}
@input_file.detail={auto,low,high}
@output_text.{text:{str,empty},annotations:{list,empty},logprobs:{list,empty},logprobs[].{token,bytes,logprob}}
@output_text.logprobs[].top_logprobs[].{token,bytes,logprob} @refusal.refusal
@output_text.annotations[]:type={url_citation,file_citation,container_file_citation,file_path}
@url_citation.{url,title,start_index,end_index} @file_citation.{file_id,filename,index} @file_path.{file_id,index}
@container_file_citation.{container_id,file_id,filename,start_index,end_index}
"""
_ITEMS = f"""
@function_call.{{id,call_id,name,namespace,arguments:{{json-object,json-other,invalid,empty}},async={{true,false}}}}
@function_call.{{status={_STATUSES},caller:null,caller:type={{direct,program}}}} @program.caller_id
@function_call_output.{{id,call_id,output:{{str,list,empty}},output[]:type={{input_text,input_image,input_file}}}}
@function_call_output.{{name,namespace,status={_STATUSES},caller:{{object,null}}}}
@custom_tool_call.{{id,call_id,name,input,namespace,caller,async}}
@custom_tool_call_output.{{id,call_id,output:{{str,list}},caller}}
@reasoning.{{id,summary:empty,summary[]:type=summary_text,content:{{list,empty}},content[]:type=reasoning_text}}
@reasoning.{{encrypted_content:{{str,null}},status={_STATUSES}}} @summary_text.text @reasoning_text.text
@file_search_call.{{id,queries:{{list,empty}},results:{{list,null}},results[].{{file_id,filename,score,text}}}}
@file_search_call.{{status={{in_progress,searching,completed,incomplete,failed}},results[].attributes}}
@web_search_call.{{id,status={{in_progress,searching,completed,incomplete,failed}}}}
@web_search_call.action:type={{search,open_page,find_in_page}} @search.{{query,queries[],sources[]:type=url}}
@open_page.url:{{str,null}} @find_in_page.{{url,pattern}} @url.url
@computer_call.{{id,call_id,status={_STATUSES},pending_safety_checks[].{{id,code:{{str,null}},message}}}}
@computer_call.{{action,actions[]}}:type={{click,double_click,drag,keypress,move,screenshot,scroll,type,wait}}
@click.{{button={{left,right,wheel,back,forward}},x,y,keys}} @drag.path[].{{x,y}} @scroll.{{scroll_x,scroll_y,x,y}}
@keypress.keys[] @type.text
@computer_call_output.{{id,call_id,output:type=computer_screenshot,acknowledged_safety_checks[].{{id,code,message}},status}}
@computer_screenshot.{{image_url,file_id}}
@code_interpreter_call.{{id,code:{{str,null}},container_id,outputs:null,outputs[]:type={{logs,image}}}} @logs.logs
@code_interpreter_call.status={{in_progress,completed,incomplete,interpreting,failed}} @image.url
@image_generation_call.{{id,result:{{str,null}},status={{in_progress,completed,generating,failed}},revised_prompt}}
@image_generation_call.{{action={{generate,edit,auto}},background,output_format,quality,size,svg_usage.model}}
@image_generation_call.svg_usage.{{input_tokens,output_tokens,reasoning_tokens,total_tokens}}
@image_generation_user_error.{{message,code:{{str,null}},param,moderation_details.{{categories,moderation_stage}}}}
@image_generation_user_error.moderation_details.moderation_stage={{input,output,unknown}}
@local_shell_call.{{id,call_id,action:type=exec,status={_STATUSES}}}
@exec.{{command[],env,timeout_ms,user,working_directory}} @local_shell_call_output.{{id,output,status}}
@shell_call.{{id,call_id,action.{{commands[],timeout_ms:{{int,null}},max_output_length}},caller,status}}
@shell_call.{{environment:null,environment:type={{local,container_reference}}}}
@shell_call_output.{{id,call_id,output[].{{stdout,stderr,outcome:type={{exit,timeout}}}},max_output_length,caller,status}}
@exit.exit_code @apply_patch_call.{{id,call_id,operation:type={{create_file,update_file,delete_file}},caller}}
@apply_patch_call.status={{in_progress,completed}}
@update_file.{{path,diff}} @delete_file.path
@apply_patch_call_output.{{id,call_id,status={{completed,failed}},output:{{str,null}},caller}}
@mcp_list_tools.{{id,server_label,error:{{str,null}},tools[].{{name,input_schema,description,annotations}}}}
@mcp_call.{{id,name,server_label,arguments,output:{{str,null}},error:{{str,null}},approval_request_id}}
@mcp_call.{{error:type={{mcp_protocol_error,mcp_tool_execution_error,http_error}}}}
@mcp_call.status={{in_progress,completed,incomplete,calling,failed}}
@mcp_protocol_error.{{code,message}} @mcp_tool_execution_error.content @http_error.{{code,message}}
@mcp_approval_request.{{id,name,server_label,arguments}}
@mcp_approval_response.{{id,approval_request_id,approve={{true,false}},reason:{{str,null}}}}
@tool_search_call.{{id,call_id:{{str,null}},arguments:{{object,str}},execution={{server,client}},status}}
@tool_search_output.{{id,call_id:{{str,null}},execution={{server,client}},status,tools:{{list,empty}}}}
@additional_tools.{{id,role=developer,tools[]:type=function}} @compaction.{{id,encrypted_content}}
@program.{{id,call_id,code,fingerprint}} @program_output.{{id,call_id,result,status={{completed,incomplete}}}}
# de facto
@x_search_call.{{id,call_id:empty,name,arguments,status}} @search.sources[]:type=api
"""
_TYPES = (
    "{message,function_call,function_call_output,custom_tool_call,custom_tool_call_output,reasoning,file_search_call,"
    "web_search_call,computer_call,computer_call_output,code_interpreter_call,image_generation_call,local_shell_call,"
    "local_shell_call_output,shell_call,shell_call_output,apply_patch_call,apply_patch_call_output,mcp_list_tools,"
    "mcp_call,mcp_approval_request,mcp_approval_response,tool_search_call,tool_search_output,additional_tools,"
    "compaction,program,program_output,x_search_call}"
)

_REQUEST = f"""
model input:{{str,list}} instructions:{{str,null}} access_programs.cyber={{standard,daybreak_blue,daybreak_red}}
background={{true,false}} background_options.{{completion_window={{soonest,2h,8h}},continuation_id}}
context_management[]:type=compaction context_management[].compact_threshold:{{int,null}}
conversation:str conversation.id image.context_compression={{auto,enabled,disabled}} include:{{list,empty}}
include[]={{file_search_call.results,web_search_call.results,web_search_call.action.sources}}
include[]={{message.input_image.image_url,computer_call_output.output.image_url,code_interpreter_call.outputs}}
include[]={{reasoning.encrypted_content,message.output_text.logprobs}} max_output_tokens max_tool_calls metadata:object
moderation.{{model,policy:null,policy.{{input,output}}:null,policy.{{input,output}}.mode={{score,block}}}}
parallel_tool_calls={{true,false}} previous_response_id:str
prompt.{{id,version:{{str,null}},variables:{{object,null,empty}}}} prompt_cache_key
prompt_cache_options.{{mode={{implicit,explicit}},ttl={{30m,12h}},prewarm,comparison_response_id:{{str,null}}}}
prompt_cache_retention={{in_memory,24h,in-memory}}
reasoning.{{effort={{none,minimal,low,medium,high,xhigh,max}},summary={{auto,concise,detailed}},effort:null}}
reasoning.{{generate_summary={{auto,concise,detailed}},context={{auto,current_turn,all_turns}},mode={{standard,pro}}}}
safety_identifier service_tier={{auto,default,flex,scale,priority,fast,ultrafast}} store={{true,false}}
stream={{true,false}} stream_options.include_obfuscation={{true,false}} temperature:{{int,float}} top_p user
top_logprobs text.{{format:type={{text,json_object,json_schema}},verbosity={{low,medium,high}},verbosity:null}}
truncation={{auto,disabled}}
{{background,context_management,conversation,include,instructions,max_output_tokens,max_tool_calls,metadata}}:null
{{moderation,parallel_tool_calls,previous_response_id,prompt,prompt_cache_key,prompt_cache_retention,reasoning}}:null
{{safety_identifier,service_tier,store,stream,stream_options,temperature,top_logprobs,top_p,truncation}}:null
tools:empty
# items
input[]:type={_TYPES} input[]:type={{item_reference,configuration_update,compaction_trigger}}
input[]:role={{user,assistant,system,developer}}
@role={{user,system,developer}}.content:{{str,list}}
@role=user.content[]:type={{input_text,input_image,input_file}} @role=assistant.content:{{str,list,empty}}
@role=assistant.content[]:type={{output_text,refusal}} @role=assistant.phase:{{str,null}} @role=user.phase:null
@message.{{id,role={{user,assistant,system,developer}},status={_STATUSES},content:{{str,list,empty}},phase:null}}
@message.{{phase={{commentary,final_answer}},content[]:type={{input_text,input_image,input_file,output_text,refusal}}}}
@configuration_update.{{id,reasoning.effort={{none,high}},text.format:type={{text,json_schema}}}}
@compaction_trigger.id @item_reference.id input[].type:null
@function_call_output.{{call_id:null,id:null,name:null}}
# de facto
@input_audio.input_audio.{{data,format={{wav,mp3}}}} client_metadata {{frequency,presence}}_penalty top_k seed
search_parameters models[] provider plugins request_id priority session_id
"""

_USAGE = """
usage.{input_tokens,output_tokens,total_tokens,input_tokens_details.{cached_tokens,cache_write_tokens}}
usage.input_tokens_details.cache_write_tokens_details:null usage.output_tokens_details.reasoning_tokens
usage.input_tokens_details.cache_write_tokens_details.{ttl_30m_tokens,ttl_12h_tokens}
# de facto
usage.{num_sources_used,num_server_side_tools_used,cost_in_usd_ticks,context_details.{input_tokens,output_tokens}}
usage.{cost:{float,null},cost_details.upstream_inference_cost,is_byok}
"""
_REPLY_ITEMS = """
@message.{id,role=assistant,status={completed,incomplete},content:{list,empty},phase={commentary,final_answer}}
@message.{phase:null,content[]:type={output_text,refusal}}
@{function_call_output,custom_tool_call_output,computer_call_output,shell_call,shell_call_output}.created_by:{str,null}
@{apply_patch_call,apply_patch_call_output,tool_search_call,tool_search_output,compaction}.created_by:{str,null}
@additional_tools.role={unknown,user,assistant,system,critic,discriminator,tool}
"""
_STATE = """
access_programs.cyber={standard,daybreak_blue,daybreak_red} background completed_at conversation.id error:null
image.context_compression={enabled,disabled} incomplete_details:null instructions:{str,list,null,empty}
input_transformations[].{id,type=reasoning,action=removed} max_output_tokens max_tool_calls
input_transformations[].reason={organization_mismatch,end_user_mismatch,model_mismatch,prefix_mismatch,turn_boundary}
metadata:{object,null} moderation.{input,output}:type={moderation_result,error}
@moderation_result.{flagged,model,categories,category_scores,category_applied_input_types} @error.{code,message}
parallel_tool_calls={true,false} previous_response_id prompt.{id,version,variables} prompt_cache_key
prompt_cache_diagnostics:type={cache_miss,cache_hit,comparison_response_not_found,unavailable}
@cache_miss.{cache_missed_tokens,comparison_reusable_tokens}
@cache_miss.reason={model_changed,prompt_cache_key_changed,tools_changed,text_format_changed}
@cache_miss.reason={reasoning_effort_changed,verbosity_changed,context_compacted,input_changed,service_tier_changed}
prompt_cache_options.{mode={implicit,explicit},ttl={30m,12h},comparison_response_id}
prompt_cache_retention={in_memory,24h}
reasoning.{effort:{str,null},summary:{str,null},mode={standard,pro},context={auto,current_turn,all_turns}}
reasoning.{summary,generate_summary}={auto,concise,detailed} safety_identifier
service_tier={auto,default,flex,scale,priority,fast,ultrafast} temperature:{int,float,null} top_p:null
text.{format:type={text,json_object,json_schema},verbosity={low,medium,high}} top_logprobs truncation={auto,disabled}
user tool_usage.{web_search.num_requests,image_gen.{input_tokens,output_tokens,total_tokens,cached_tokens}}
tool_usage.image_gen.{input_tokens_details,output_tokens_details}.{image_tokens,text_tokens}
tool_usage.image_gen.cached_tokens_details.{cached_image_tokens,cached_text_tokens}
incomplete_details.reason={max_output_tokens,max_messages,content_filter,steered}
{access_programs,background,completed_at,conversation,image,input_transformations,max_output_tokens,moderation}:null
{max_tool_calls,previous_response_id,prompt,prompt_cache_diagnostics,prompt_cache_key,prompt_cache_options,usage}:null
{prompt_cache_retention,reasoning,safety_identifier,service_tier,tool_usage,top_logprobs,truncation,user}:null
# de facto
billing.payer store {frequency,presence}_penalty:float output_text content_filters:null system_fingerprint input
content_filters[].{blocked,source_type={prompt,completion},content_filter_raw}
content_filters[].{content_filter_results.hate.filtered,content_filter_offsets.end_offset}
service_tier=provisioned
"""
_ERROR_CODES = """
error.code={server_error,rate_limit_exceeded,invalid_prompt,data_residency_mismatch,bio_policy,invalid_image}
error.code={misalignment_policy_violation,vector_store_timeout,invalid_image_format,invalid_base64_image}
error.code={invalid_image_url,image_too_large,image_too_small,image_parse_error,image_content_policy_violation}
error.code={invalid_image_mode,image_file_too_large,unsupported_image_media_type,empty_image_file}
error.code={failed_to_download_image,image_file_not_found}
error.{message,param:{str,null},type:{str,null},misalignment.{detailed_explanation,review_target,steer.message}}
error.misalignment.error_type=potentially_unintended_{data_transfer,data_access,destructive_activity}
error.misalignment.error_type=other error.misalignment:null
"""

_RESPONSE = (
    _USAGE
    + _REPLY_ITEMS
    + _ITEMS
    + _CONTENT
    + _STATE
    + _TOOLS
    + _TOOL_CHOICE
    + _ERROR_CODES
    + f"""
id:empty object=response created_at:{{int,float}} model output:empty output[]:type={_TYPES}
status={{completed,failed,in_progress,cancelled,queued,incomplete}} incomplete_details:{{object,empty}}
"""
)


def _beneath(text: str, prefix: str) -> str:
    """The words of a list whose paths begin at the top, each with a prefix."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return "\n".join(" ".join(word if word[0] in "@~" else prefix + word for word in line.split()) for line in lines)


_AT = "{item_id,output_index,sequence_number}"
_STREAM = (
    _beneath(_USAGE, "response.")
    + "\n"
    + _beneath(_STATE, "response.")
    + _REPLY_ITEMS
    + _ITEMS
    + _CONTENT
    + f"""
event=response.{{created,in_progress,completed,output_text.delta}}
:type=response.{{created,queued,in_progress,completed,incomplete,output_item.added,output_item.done}}
:type=response.{{content_part.added,content_part.done,output_text.delta,output_text.done,output_text.annotation.added}}
:type=response.{{refusal.delta,refusal.done,function_call_arguments.delta,function_call_arguments.done}}
:type=response.{{custom_tool_call_input,mcp_call_arguments,code_interpreter_call_code}}.{{delta,done}}
:type=response.{{reasoning_summary_part.added,reasoning_summary_part.done,reasoning_summary_text.delta}}
:type=response.{{reasoning_summary_text.done,reasoning_text.delta,reasoning_text.done,compaction.compacting}}
:type=response.{{web_search_call,file_search_call}}.{{in_progress,searching,completed}}
:type=response.image_generation_call.{{in_progress,generating,partial_image,completed}}
:type=response.{{mcp_call,mcp_list_tools}}.{{in_progress,completed,failed}}
:type=response.code_interpreter_call.{{in_progress,interpreting,completed}}
:type=response.{{shell_call_command.{{added,delta,done}},shell_call_output_content.{{delta,done}}}}
:type=response.audio{{,.transcript}}.{{delta,done}} @response.audio{{,.transcript}}.{{delta.delta,done.sequence_number}}
response.{{id,object=response,created_at,model,status={{in_progress,queued,completed,incomplete}},output[]:type={_TYPES}}}
@response.output_item.{{added,done}}.{{output_index,sequence_number,item:type={_TYPES}}}
@response.content_part.{{added,done}}.{{{_AT},content_index,part:type={{output_text,refusal,reasoning_text}}}}
@response.output_text.delta.{{{_AT},content_index,delta:{{str,empty}},logprobs:{{list,empty}},obfuscation}}
@response.output_text.done.{{{_AT},content_index,text:{{str,empty}},logprobs:{{list,empty}}}}
@response.output_text.delta.logprobs[].{{token,logprob,bytes,top_logprobs[].{{token,logprob}}}}
@response.output_text.annotation.added.{{{_AT},content_index,annotation_index}}
@response.output_text.annotation.added.annotation:type={{url_citation,file_citation,container_file_citation,file_path}}
@response.refusal.delta.{{{_AT},content_index,delta}} @response.refusal.done.{{{_AT},content_index,refusal}}
@response.function_call_arguments.delta.{{{_AT},delta,obfuscation}}
@response.function_call_arguments.done.{{{_AT},arguments:{{json-object,json-other,invalid,empty}}}}
@response.custom_tool_call_input.delta.{{{_AT},delta}} @response.custom_tool_call_input.done.{{{_AT},input}}
@response.reasoning_summary_part.{{added,done}}.{{{_AT},summary_index,part:type=summary_text}}
@response.reasoning_summary_part.done.status=incomplete
@response.reasoning_summary_text.delta.{{{_AT},summary_index,delta}}
@response.reasoning_summary_text.done.{{{_AT},summary_index,text}}
@response.reasoning_text.delta.{{{_AT},content_index,delta}} @response.reasoning_text.done.{{{_AT},content_index,text}}
@response.{{web_search_call,file_search_call}}.{{in_progress,searching,completed}}.{_AT}
@response.image_generation_call.{{in_progress,generating,completed}}.{_AT}
@response.image_generation_call.partial_image.{{{_AT},partial_image_b64,partial_image_index,size,quality,background}}
@response.image_generation_call.partial_image.output_format:{{str,null}}
@response.mcp_call_arguments.delta.{{{_AT},delta}} @response.mcp_call_arguments.done.{{{_AT},arguments}}
@response.{{mcp_call,mcp_list_tools}}.{{in_progress,completed,failed}}.{_AT}
@response.code_interpreter_call.{{in_progress,interpreting,completed}}.{_AT}
@response.code_interpreter_call_code.delta.{{{_AT},delta}} @response.code_interpreter_call_code.done.{{{_AT},code}}
@response.shell_call_command.added.{{output_index,command_index,command}}
@response.shell_call_command.delta.{{output_index,command_index,delta,obfuscation}}
@response.shell_call_command.done.{{output_index,command_index,command}}
@response.shell_call_output_content.delta.{{{_AT},command_index,delta.{{stdout,stderr}}}}
@response.shell_call_output_content.done.{{{_AT},command_index,output[].{{stdout,stderr,outcome:type=exit}}}}
@response.compaction.compacting.{_AT}
# de facto
event={{None,keepalive,future_event,response.reasoning.delta,response.reasoning.done}} data=[DONE] comment
@response.function_call_arguments.done.name @response.reasoning.delta.{{{_AT},content_index,delta}}
~no-numbers ~numbers-from-elsewhere ~numbers-gap ~no-event-names ~empty-comment ~no-in-progress
~output-index-gap ~items-interleaved ~added-null ~added-without-status ~no-item-done ~no-part-events ~no-done-events
~no-deltas ~terminal-empty ~terminal-item-unstreamed ~id-changes ~encrypted-changes ~encrypted-in-added
~encrypted-late ~service-tier-changes ~usage-early ~usage-none ~annotations-only-when-done ~action-late
~{{message,function_call,reasoning}}-first ~message-after-{{reasoning,function_call,web_search_call}}
~function_call-after-{{reasoning,message,function_call}} ~reasoning-after-message ~no-output ~completed ~incomplete
"""
)

_FAILING = """
event=error event=response.failed event=None data=[DONE] comment
@error.{sequence_number,code:{str,null},message,param:{str,null}} error.{type,message,param,code:{str,int,null}}
response.status=failed response.usage:null response.output:{list,empty}
~failed-alone ~error-alone ~error-then-failed ~error-nested
""" + _beneath(_ERROR_CODES, "response.")

_ERROR = """
status={400,401,403,404,409,413,422,429,500,502,503,504}
error.{message,type,param:{str,null},code:{str,null}}
error.type={invalid_request_error,authentication_error,permission_error,rate_limit_exceeded,tokens,requests}
error.type={insufficient_quota,server_error,service_unavailable,conflict}
error.code={invalid_value,unsupported_parameter,unsupported_value,unknown_parameter,missing_required_parameter}
error.code={context_length_exceeded,string_above_max_length,invalid_function_parameters,invalid_json_schema}
error.code={content_policy_violation,invalid_prompt,invalid_type,integer_below_min_value,decimal_below_min_value}
error.code={array_above_max_length,mutually_exclusive_parameters,model_not_found,invalid_api_key,rate_limit_exceeded}
error.code={unsupported_country_region_territory,model_not_allowed,insufficient_quota,billing_hard_limit_reached}
error.code={slow_down,internal_error}
error.misalignment.{detailed_explanation,error_type,review_target,steer.message}
# de facto
status=200 error.type={invalid_request,not_found,model_error,too_many_requests} error:str error.code:int
error.metadata user_id error.code={401,404} statusCode message detail:{str,list} detail[].{loc,msg,type} code=invalid
"""

RESPONSES = {
    "request": _REQUEST + _ITEMS + _CONTENT + _TOOLS + _TOOL_CHOICE,
    "response": _RESPONSE,
    "stream": _STREAM,
    "failing": _FAILING,
    "error": _ERROR,
}

# --- situations -----------------------------------------------------------------------------------------------

_ENDS = ("response.completed", "response.incomplete", "response.failed")


def situations(records: Sequence[Record]) -> set[str]:
    """What a whole stream of `openai-responses` shows."""
    events = [data for _, data in records if isinstance(data, dict)]
    types = [event.get("type") for event in events]
    found = _numbering(events)
    if events and all(name is None for name, data in records if isinstance(data, dict)):
        found.add("~no-event-names")
    if (":", "") in [(name, data) for name, data in records]:
        found.add("~empty-comment")
    if events and "response.in_progress" not in types:
        found.add("~no-in-progress")
    added = [event for event in events if event.get("type") == "response.output_item.added"]
    finished = [event for event in events if event.get("type") == "response.output_item.done"]
    done = {event["output_index"]: event["item"] for event in finished}
    indices = [event["output_index"] for event in added]
    if indices and indices != list(range(len(indices))):
        found.add("~output-index-gap")
    order = [event["output_index"] for event in events if "output_index" in event and "item_id" in event]
    if any(a > b for a, b in pairwise(order)):
        found.add("~items-interleaved")
    if any(event["item"] is None for event in added):
        found.add("~added-null")
    if added and not done:
        found.add("~no-item-done")
    if any(str(kind).endswith("_text.delta") for kind in types):
        if not any(str(kind).endswith("part.added") for kind in types):
            found.add("~no-part-events")
        if not any(str(kind).endswith("text.done") for kind in types):
            found.add("~no-done-events")
    elif "response.output_text.done" in types:
        found.add("~no-deltas")
    for event in added:
        found |= _growing(event["item"] or {}, done.get(event["output_index"]), types)
    found |= _ending(events, types, list(done.values()))
    return found


def _numbering(events: Sequence[Doc]) -> set[str]:
    numbers = [event["sequence_number"] for event in events if "sequence_number" in event]
    if not numbers:
        return {"~no-numbers"} if events else set()
    found = {"~numbers-from-elsewhere"} if numbers[0] else set()
    return found | ({"~numbers-gap"} if any(b - a > 1 for a, b in pairwise(numbers)) else set())


def _growing(item: Doc, done: Doc | None, types: Sequence[object]) -> set[str]:
    """How an item differs between its beginning and its end."""
    found: set[str] = set()
    done = done or {}
    if item and "status" in done and "status" not in item:
        found.add("~added-without-status")
    if done.get("encrypted_content"):
        found.add("~encrypted-in-added" if item.get("encrypted_content") else "~encrypted-late")
    if item and "action" in done and "action" not in item:
        found.add("~action-late")
    annotated = any(part.get("annotations") for part in done.get("content") or () if isinstance(part, dict))
    if annotated and "response.output_text.annotation.added" not in types:
        found.add("~annotations-only-when-done")
    return found


def _ending(events: Sequence[Doc], types: Sequence[object], done: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    flat = "error" in types and not any("error" in event for event in events)
    if "response.failed" in types:
        found.add("~error-then-failed" if flat else "~failed-alone")
    elif any("error" in event for event in events):
        found.add("~error-nested")
    elif flat:
        found.add("~error-alone")
    terminal = next((event for event in events if event.get("type") in _ENDS[:2]), None)
    if terminal is None:
        return found
    first, last = events[0]["response"], terminal["response"]
    found.add(f"~{last['status']}")
    if first.get("service_tier") != last.get("service_tier"):
        found.add("~service-tier-changes")
    if first.get("usage"):
        found.add("~usage-early")
    if not last.get("usage"):
        found.add("~usage-none")
    output = last["output"]
    kinds = [item["type"] for item in output]
    if not output:
        found.add("~terminal-empty" if done else "~no-output")
    elif done and len(output) > len(done):
        found.add("~terminal-item-unstreamed")
    else:
        for item, final in zip(done, output, strict=False):
            if item["type"] == final["type"] and item.get("id") != final.get("id"):
                found.add("~id-changes")
            if item["type"] == final["type"] and item.get("encrypted_content") != final.get("encrypted_content"):
                found.add("~encrypted-changes")
    found.update(f"~{kind}-first" for kind in kinds[:1])
    found.update(f"~{b}-after-{a}" for a, b in pairwise(kinds))
    return found
