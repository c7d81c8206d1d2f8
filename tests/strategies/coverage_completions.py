"""The lists of `openai-completions` behind `coverage.FIELDS`: every field and enum word that the specification names.

How to extend.  See `coverage` for the notation.  What only some servers send is below the line "de facto".
Errors are those of `openai-chat`.
"""

from __future__ import annotations

from .coverage_fields import CHAT

_REQUEST = """
model prompt:{str,list,null,empty} prompt[]:{str,int,list} prompt[][]:int best_of echo={true,false}
frequency_penalty logit_bias:{object,empty} logprobs:int max_tokens n presence_penalty seed:int
stop:{str,list,empty} stop[] stream={true,false} stream_options.{include_usage,include_obfuscation}={true,false}
suffix:{str,empty} temperature:{int,float} top_p user
{best_of,echo,frequency_penalty,logit_bias,logprobs,max_tokens,n,presence_penalty,seed,stop,stream}:null
{stream_options,suffix,temperature,top_p}:null
# de facto
top_k min_p repetition_penalty length_penalty use_beam_search stop_token_ids include_stop_str_in_output ignore_eos
min_tokens skip_special_tokens spaces_between_special_tokens truncate_prompt_tokens prompt_logprobs:{int,null}
allowed_token_ids add_special_tokens prompt_embeds response_format:type=json_object
structured_outputs.{json,choice,regex,options.backend} guided_json guided_choice priority request_id
kv_transfer_params return_token_ids vllm_xargs extra_body.structured_outputs n_predict cache_prompt grammar
do_sample return_full_text models[] provider.{order,sort} transforms safety_model service_tier:{str,null}
stream_options.continuous_usage_stats
"""
_USAGE = """
usage.{prompt_tokens,completion_tokens,total_tokens} usage.{prompt,completion}_tokens_details:{object,null}
usage.prompt_tokens_details.{cached_tokens,audio_tokens,cache_write_tokens,text_tokens,image_tokens}:{int,null}
usage.completion_tokens_details.{reasoning_tokens,audio_tokens,text_tokens}:{int,null}
usage.completion_tokens_details.{accepted_prediction_tokens,rejected_prediction_tokens}:{int,null}
# de facto
usage.{cached_tokens,cost,queue_time}
"""
_REPLY = """
id model created choices[].{index,text:{str,empty}} choices[].finish_reason={stop,length,content_filter}
choices[].logprobs:{object,null} choices[].logprobs.{tokens,token_logprobs,text_offset}:list
choices[].logprobs.top_logprobs:{list,null} choices[].logprobs.tokens[] choices[].logprobs.text_offset[]:int
choices[].logprobs.token_logprobs[]:{float,int,null} choices[].logprobs.top_logprobs[]:{object,null}
system_fingerprint:{str,null}
# de facto
choices[].{stop_reason:{str,null},token_ids,content_filter_results.hate.{filtered,severity}} id:empty provider
prompt_filter_results[].{prompt_index,content_filter_results} choices[].finish_reason:empty
"""

COMPLETIONS = {
    "request": _REQUEST,
    "response": _USAGE
    + _REPLY
    + """
object=text_completion usage:null
# de facto
choices[].finish_reason={error,abort,eos_token,eos,insufficient_system_resource,tool_calls}
choices[].finish_reason:null system_fingerprint:empty
choices[].{log_probs:null,stop_reason:int,seed,matched_stop,prompt_token_ids,prompt_logprobs,token_ids:null}
kv_transfer_params:{object,null} timings service_tier:{str,null} prompt_filter_results:null
prompt[].{text,logprobs}
""",
    "stream": _USAGE
    + _REPLY
    + """
object=text_completion choices:empty usage:null obfuscation event=None data=[DONE] comment
choices[].finish_reason:null
# de facto
choices[].finish_reason={eos_token,tool_calls} choices[].delta:empty object:empty model:empty
~no-done ~empty-comment ~choice-1-first ~choices-interleaved ~choices-together
~{id,model}-empty-first ~{id,created}-changes ~no-choices-key ~prompt-filter-first
~usage-{none,own-chunk,on-finish-chunk,running,values-change,null-before,null-after}
~finish-{key-absent,empty,repeated}
""",
    "failing": """
error.{message,type,param:{str,null,empty},code:{str,int,null}} event={None,error} data=[DONE] comment
{code,message} object=error choices[].finish_reason=error error.metadata usage provider
""",
    "error": CHAT["error"],
}
