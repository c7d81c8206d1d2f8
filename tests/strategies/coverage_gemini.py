"""The lists behind `coverage.FIELDS` for `gemini`, and the situations of its streams.

How to extend.  See `coverage` for the notation.  `GEMINI` has one text per kind of document; put a new word beside its
neighbours.  What is in snake_case is named apart (`_SNAKE`), for it is only another spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .common import Doc, Record

_ON_PART = """
thought={true,false} thoughtSignature videoMetadata.{startOffset,endOffset,fps:{float,int},contentLayers[]}
mediaResolution.{level,numTokens} mediaProcessing={STATIC,AGENTIC} partMetadata
documentMetadata.{startPage,endPage,contentLayers[]={PAGE_IMAGE,PAGE_TEXT}}
spreadsheetMetadata.{visibleCells,sheetIndex,contentLayers[]={DATA,FORMULAS,VISUAL}}
audioMetadata.{startOffset,endOffset} speechMetadata.{speaker,style}
"""


def _under(prefix: str, text: str) -> str:
    """The words of a list, below `prefix`."""
    return " ".join(prefix + "." + word for word in text.split()) + "\n"


_MODEL_PART = """
text:{str,empty} thought=true thoughtSignature inlineData.{mimeType,data}
executableCode.{id,language=PYTHON,code:{str,empty}}
codeExecutionResult.{id,outcome={OUTCOME_OK,OUTCOME_FAILED,OUTCOME_DEADLINE_EXCEEDED},output}
toolCall.{id,args,toolType={GOOGLE_SEARCH_WEB,GOOGLE_SEARCH_IMAGE,URL_CONTEXT,GOOGLE_MAPS,FILE_SEARCH}}
toolCall.toolType=MEDIA_PROCESSING toolResponse.{id,toolType,response}
functionCall.{id,name,args:{object,empty}}
audioTranscription.{text,finished,languageCode,speakerLabel,words[].{word,startOffset,endOffset},startOffset,endOffset}
{thought,thoughtSignature,text,functionCall,inlineData,videoMetadata,partMetadata}:null
"""
_SCHEMA = """
responseSchema.type={OBJECT,ARRAY,STRING,object,string,array} responseSchema.anyOf[]
responseSchema.{properties,required,propertyOrdering,minProperties,maxProperties,defs}
responseSchema.{items,minItems:{int,str},maxItems,title,description,nullable,enum,additionalProperties,example}
responseSchema.{format,pattern,minLength,maxLength,default}
responseSchema.items.type={STRING,NUMBER,INTEGER,BOOLEAN,NULL,ARRAY,OBJECT}
responseSchema.items.{items,properties,anyOf[]}
"""

_GEMINI_REQUEST = (
    """
contents:{list,object} contents[].{role={user,model,function},role:null,parts:list} @role=user.parts[].text:{str,empty}
contents[].parts[].{inlineData,fileData,functionResponse}
@role=user.parts[].inlineData.{mimeType,data,displayName}
@role=user.parts[].inlineData.mimeType={image/png,image/jpeg,image/webp,application/pdf,audio/wav,video/mp4,text/plain}
@role=user.parts[].fileData.{fileUri,mimeType:{str,null},displayName}
@role=user.parts[].functionResponse.{id,name,response:object,parts[],willContinue,scheduling}
contents[].parts[].functionResponse.scheduling={SILENT,WHEN_IDLE,INTERRUPT}
contents[].parts[].functionResponse.parts[].{inlineData,fileData}.{mimeType,displayName}
contents[].parts[].functionResponse.parts[].{inlineData.data,fileData.fileUri}
contents[].parts[].functionResponse.{id,parts,scheduling}:null contents[].parts[].functionCall.{id,args}:null
contents[].parts[].mediaResolution.level=MEDIA_RESOLUTION_{LOW,MEDIUM,HIGH,ULTRA_HIGH}
contents[].parts[].thoughtSignature=skip_thought_signature_validator
contents[].parts[].thoughtSignature={-__-,+//+,CiQB-_8,CiQB+/8=} contents[].parts[].inlineData.data={-__-,+//+,_9j_4AAQ}
contents[].parts[].videoMetadata.contentLayers[]={FRAMES,AUDIO,TRANSCRIPT}
systemInstruction:{object,null} systemInstruction.{parts:{list,object,empty},parts[].text,role={user,system}}
systemInstruction.parts[].thought
cachedContent:{str,null} labels:{object,empty} serviceTier={standard,flex,priority} store={true,false}
continuationToken model modelArmorConfig.{promptTemplateName,responseTemplateName} outputConfig.outputUriPrefix
safetySettings:{list,null} safetySettings[].{category:{str,int},threshold:{str,int},method={SEVERITY,PROBABILITY}}
safetySettings[].threshold={BLOCK_LOW_AND_ABOVE,BLOCK_MEDIUM_AND_ABOVE,BLOCK_ONLY_HIGH,BLOCK_NONE,OFF}
safetySettings[].category=HARM_CATEGORY_{HARASSMENT,HATE_SPEECH,SEXUALLY_EXPLICIT,DANGEROUS_CONTENT,CIVIC_INTEGRITY}
safetySettings[].category=HARM_CATEGORY_{JAILBREAK,IMAGE_HATE,IMAGE_DANGEROUS_CONTENT,IMAGE_HARASSMENT}
safetySettings[].category=HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT
# tools
tools:{list,object,null} tools[].functionDeclarations:{list,null}
tools[].functionDeclarations[].{name,description:{str,null},parameters:{object,null},parametersJsonSchema,response:object}
tools[].functionDeclarations[].{response:null,responseJsonSchema,behavior={BLOCKING,NON_BLOCKING}}
tools[].googleSearch:{empty,object,null} tools[].googleSearch.searchTypes.{webSearch,imageSearch}
tools[].googleSearch.{timeRangeFilter.{startTime,endTime},excludeDomains,blockingConfidence}
tools[].googleSearch.blockingConfidence={BLOCK_LOW_AND_ABOVE,BLOCK_ONLY_EXTREMELY_HIGH}
tools[].googleSearchRetrieval.dynamicRetrievalConfig.{mode=MODE_DYNAMIC,dynamicThreshold}
tools[].{codeExecution,urlContext}:{empty,null}
tools[].googleMaps.{enableWidget,authConfig,groundingTypes.{places,routing}}
tools[].fileSearch.{fileSearchStoreNames[],topK,metadataFilter}
tools[].computerUse.{excludedPredefinedFunctions[],enablePromptInjectionDetection,disabledSafetyPolicies[]}
tools[].computerUse.environment={ENVIRONMENT_BROWSER,ENVIRONMENT_MOBILE,ENVIRONMENT_DESKTOP}
tools[].mcpServers[].{name,streamableHttpTransport.{url,headers,timeout,sseReadTimeout,terminateOnClose}}
tools[].retrieval.{vertexAiSearch,vertexRagStore,externalApi,disableAttribution}
tools[].enterpriseWebSearch.{excludeDomains,blockingConfidence}
tools[].parallelAiSearch.{apiKey,customConfigs,enableZeroDataRetention,enableDataRetention}
tools[].exaAiSearch.{apiKey,customConfigs}
toolConfig:{object,null,empty} toolConfig.functionCallingConfig.{mode={AUTO,ANY,NONE,VALIDATED},allowedFunctionNames[]}
toolConfig.functionCallingConfig.{allowedFunctionNames:null,streamFunctionCallArguments}
toolConfig.retrievalConfig.{latLng.{latitude,longitude},languageCode} toolConfig.includeServerSideToolInvocations
toolConfig.{functionCallingConfig,retrievalConfig}:null
# generationConfig
generationConfig:{object,empty,null}
"""
    + _under("contents[].parts[]", _ON_PART + _MODEL_PART)
    + _under(
        "generationConfig",
        _SCHEMA
        + """
temperature:{int,float,null} topP:{float,null} topK:{int,float} candidateCount:{int,null} maxOutputTokens:{int,null}
stopSequences:{list,empty,null} stopSequences[] seed:{int,null} presencePenalty frequencyPenalty
responseMimeType={text/plain,application/json,text/x.enum} responseMimeType:null responseSchema:{object,null}
{responseJsonSchema,_responseJsonSchema} responseLogprobs={true,false} logprobs
responseModalities:{list,empty} responseModalities[]={TEXT,IMAGE,AUDIO,VIDEO}
speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName speechConfig.voiceConfig.voice speechConfig.languageCode
speechConfig.voiceConfig.replicatedVoiceConfig.{mimeType,voiceSampleAudio}
speechConfig.multiSpeakerVoiceConfig.speakerVoiceConfigs[].{speaker,voiceConfig}
imageConfig.{aspectRatio,imageSize={1K,2K,4K},personGeneration,prominentPeople,outputMimeType,outputCompressionQuality}
imageConfig:empty imageConfig.imageOutputOptions.{mimeType,compressionQuality}
mediaResolution={MEDIA_RESOLUTION_LOW,MEDIA_RESOLUTION_MEDIUM,MEDIA_RESOLUTION_HIGH}
thinkingConfig:{object,null,empty} thinkingConfig.{includeThoughts={true,false},includeThoughts:null}
thinkingConfig.thinkingBudget:{int,null}
thinkingConfig.thinkingLevel={MINIMAL,LOW,MEDIUM,HIGH,XHIGH,low,high}
audioTimestamp enableAffectiveDialog enableEnhancedCivicAnswers responseFormat[].{text,image,audio}
routingConfig.{autoMode,manualMode} modelSelectionConfig.featureSelectionPreference
translationConfig.{targetLanguageCode,echoTargetLanguage} audioTranscriptionConfig.{languageCodes[],diarization}
""",
    )
)

_SNAKE = """
system_instruction.parts[].text tool_config.function_calling_config.mode safety_settings[].threshold cached_content
generation_config.{max_output_tokens,stop_sequences[],top_p,response_mime_type,response_schema,response_json_schema}
generation_config.thinking_config.{thinking_budget,thinking_level,include_thoughts} generation_config.candidate_count
generationConfig.thinkingConfig.{thinking_budget,thinking_level,include_thoughts}
tools[].{function_declarations[].{name,parameters_json_schema},google_search,code_execution,url_context}
tools[].{functionDeclarations[].parameters_json_schema,fileSearch.file_search_store_names}
contents[].parts[].{inline_data,file_data}.mime_type contents[].parts[].{inlineData,fileData}.mime_type
contents[].parts[].{function_call,function_response}.{id,name} contents[].parts[].thought_signature
contents[].parts[].{executable_code.code,code_execution_result.outcome,tool_call.tool_type,tool_response.response}
contents[].parts[].{toolCall,toolResponse}.tool_type
"""

_RATING = """
{category,probability}:{str,int} probability={NEGLIGIBLE,LOW,MEDIUM,HIGH} blocked={true,false} blocked:null
category=HARM_CATEGORY_{HARASSMENT,HATE_SPEECH,SEXUALLY_EXPLICIT,DANGEROUS_CONTENT,CIVIC_INTEGRITY,JAILBREAK}
category=HARM_CATEGORY_IMAGE_{HATE,DANGEROUS_CONTENT,HARASSMENT,SEXUALLY_EXPLICIT}
probabilityScore severityScore severity=HARM_SEVERITY_{NEGLIGIBLE,LOW,MEDIUM,HIGH} overwrittenThreshold
"""
_TOP = """
candidates[].{content:object,finishReason:{str,int,null},finishMessage:{str,null},index:{int,null}}
modelVersion responseId:{str,empty} createTime turnToken
modelStatus.{modelStage={STABLE,PREVIEW,DEPRECATED,RETIRED,UNSTABLE_EXPERIMENTAL},message,retirementTime}
promptFeedback.{blockReasonMessage,safetyRatings[]}
promptFeedback.blockReason={SAFETY,OTHER,BLOCKLIST,PROHIBITED_CONTENT,IMAGE_SAFETY,MODEL_ARMOR,JAILBREAK}
candidates[].content{.role=model,.role:null,.parts:list,:empty,:null}
candidates[].finishReason={STOP,MAX_TOKENS,SAFETY,RECITATION,LANGUAGE,OTHER,BLOCKLIST,PROHIBITED_CONTENT,SPII}
candidates[].finishReason={MALFORMED_FUNCTION_CALL,IMAGE_SAFETY,IMAGE_PROHIBITED_CONTENT,IMAGE_OTHER,NO_IMAGE}
candidates[].finishReason={IMAGE_RECITATION,UNEXPECTED_TOOL_CALL,TOO_MANY_TOOL_CALLS,MISSING_THOUGHT_SIGNATURE}
candidates[].finishReason={MALFORMED_RESPONSE,ESCALATION,PUP_LIMITED_DISABLED,CONTINUATION,MODEL_ARMOR}
candidates[].finishReason={FINISH_REASON_UNSPECIFIED,X_NEW_REASON}
candidates[].{tokenCount,avgLogprobs,continuationToken,safetyRatings:{list,null},groundingMetadata:{object,empty,null}}
candidates[].citationMetadata.citation{Sources,s}[].{startIndex,endIndex,uri,title,license,publicationDate.year}
candidates[].logprobsResult.{logProbabilitySum,chosenCandidates[].{token,tokenId,logProbability:{float,int}}}
candidates[].logprobsResult.topCandidates[].candidates[].{token,logProbability}
candidates[].urlContextMetadata.urlMetadata[].retrievedUrl
candidates[].urlContextMetadata.urlMetadata[].urlRetrievalStatus=URL_RETRIEVAL_STATUS_{SUCCESS,ERROR,PAYWALL,UNSAFE}
"""
_GROUNDING = """
webSearchQueries{[],:empty,:null} imageSearchQueries[] searchEntryPoint.{renderedContent,sdkBlob} retrievalQueries[]
groundingChunks:{list,null} groundingChunks[].web.{uri,title,domain} groundingChunks[].image.{sourceUri,imageUri}
groundingChunks[].maps.{uri,title,text,placeId,placeAnswerSources.reviewSnippets[],route.distanceMeters}
groundingChunks[].retrievedContext.{text,uri,title,documentName,fileSearchStore,pageNumber,mediaId}
groundingChunks[].retrievedContext.{ragChunk.pageSpan,customMetadata[].{key,stringValue}}
groundingSupports[].{segment.{startIndex:{int,null},endIndex,partIndex,text},groundingChunkIndices[],confidenceScores[]}
groundingSupports[].renderedParts[] retrievalMetadata:empty retrievalMetadata.googleSearchDynamicRetrievalScore
googleMapsWidgetContextToken sourceFlaggingUris[].{sourceId,flagContentUri}
"""
_USAGE = """
promptTokenCount {cachedContentTokenCount,candidatesTokenCount,thoughtsTokenCount}:{int,null}
toolUsePromptTokenCount totalTokenCount promptTokensDetails:null
{promptTokensDetails,cacheTokensDetails,candidatesTokensDetails,toolUsePromptTokensDetails}[].tokenCount
promptTokensDetails[].modality={TEXT,IMAGE,VIDEO,AUDIO,DOCUMENT} promptTokensDetails[].modality:int
trafficType={ON_DEMAND,ON_DEMAND_PRIORITY,ON_DEMAND_FLEX,ON_DEMAND_OFFPEAK,PROVISIONED_THROUGHPUT} trafficType:int
serviceTier={standard,flex,priority}
"""
_REPLY = (
    _TOP
    + _under("candidates[].content.parts[]", _MODEL_PART)
    + _under("candidates[].safetyRatings[]", _RATING)
    + _under("candidates[].groundingMetadata", _GROUNDING)
    + _under("usageMetadata", _USAGE)
)
_GEMINI_RESPONSE = _REPLY + "candidates:empty candidates[].content.parts:empty candidates[].content.parts[]:empty\n"
_GEMINI_STREAM = (
    _REPLY
    + """
event=None usageMetadata.totalTokenCount:null
candidates[].content.parts[].functionCall.{willContinue,partialArgs[].{jsonPath,willContinue}}
candidates[].content.parts[].functionCall.partialArgs[].{stringValue,numberValue,boolValue,nullValue=NULL_VALUE}
candidates[].content.parts[].functionCall:empty
# situations
~blocked ~several-parts ~usage-{every-chunk,last-only,none,late,only,keys-vanish,total-falls} ~no-response-id
~response-id-moves ~no-model ~no-index ~no-role ~chunk-without-content ~content-{empty,null,without-parts}
~finish-{with-text,with-call,with-empty-text,with-signature,without-content,everywhere} ~content-after-finish
~text-after-{thought,call} ~thought-after-text ~call-after-{thought,text} ~thoughts-in-pieces ~text-in-pieces
~calls-{in-one-chunk,in-several-chunks} ~call-{signed,with-id,without-id,without-args} ~second-call-unsigned
~signature-on-{text,empty-text,thought,call,other} ~partial-args ~partial-{string-in-pieces,ends-by-itself,ends-empty}
~code-in-two-chunks ~tools-in-chunks ~grounding-{early,empty} ~ratings-early ~feedback-early ~citations-early
~candidate-1-first ~candidates-{interleaved,together}
"""
)
_GEMINI_FAILING = """
event=None error.{code,message,status,details[]} error.status={RESOURCE_EXHAUSTED,CANCELLED,INTERNAL,UNAVAILABLE}
candidates[].content usageMetadata ~error-{first,later}
"""
_GEMINI_ERROR = """
status={400,401,403,404,409,413,429,499,500,501,502,503,504} error.{code,message,status,details:{list,empty}}
error.status={INVALID_ARGUMENT,FAILED_PRECONDITION,OUT_OF_RANGE,UNAUTHENTICATED,PERMISSION_DENIED,NOT_FOUND,ABORTED}
error.status={ALREADY_EXISTS,RESOURCE_EXHAUSTED,CANCELLED,INTERNAL,UNKNOWN,DATA_LOSS,UNIMPLEMENTED,UNAVAILABLE}
error.status=DEADLINE_EXCEEDED error.details[].{@type,fieldViolations[].field,reason,domain,retryDelay,locale,detail}
error.details[].{violations[].quotaId,links[].url,metadata}
# de facto
[].error.{code,message,status={INVALID_ARGUMENT,RESOURCE_EXHAUSTED}} error:str message error.status:null
"""

GEMINI = {
    "request": _GEMINI_REQUEST + _SNAKE,
    "response": _GEMINI_RESPONSE,
    "stream": _GEMINI_STREAM,
    "failing": _GEMINI_FAILING,
    "error": _GEMINI_ERROR,
}

# --- situations ---------------------------------------------------------------------------------------------


def gemini_situations(records: Sequence[Record]) -> set[str]:
    """What a whole stream of `gemini` shows."""
    chunks = [data for _, data in records if isinstance(data, dict)]
    found = _envelope_situations(chunks) | _usage_situations([one for one in chunks if "error" not in one])
    errors = [at for at, chunk in enumerate(chunks) if "error" in chunk]
    if errors:
        found.add("~error-later" if errors[0] else "~error-first")
    order = [step.get("index") or 0 for chunk in chunks for step in chunk.get("candidates") or ()]
    if order[:1] not in ([], [0]):
        found.add("~candidate-1-first")
    if any(a > b for a, b in pairwise(order)):
        found.add("~candidates-interleaved")
    if any(len(chunk.get("candidates") or ()) > 1 for chunk in chunks):
        found.add("~candidates-together")
    for index in set(order):
        steps = [
            step for chunk in chunks for step in chunk.get("candidates") or () if (step.get("index") or 0) == index
        ]
        found |= _candidate_situations(steps)
    return found


def _envelope_situations(chunks: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    if any((chunk.get("promptFeedback") or {}).get("blockReason") for chunk in chunks):
        found.add("~blocked")
    elif any("promptFeedback" in chunk for chunk in chunks[:-1]):
        found.add("~feedback-early")
    named = [chunk["responseId"] for chunk in chunks if "responseId" in chunk]
    if not named:
        found.add("~no-response-id")
    if len(set(named)) > 1:
        found.add("~response-id-moves")
    if not any("modelVersion" in chunk for chunk in chunks):
        found.add("~no-model")
    return found


def _usage_situations(chunks: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    told = [chunk["usageMetadata"] for chunk in chunks if "usageMetadata" in chunk]
    if len(chunks) > 1:
        if len(told) == len(chunks):
            found.add("~usage-every-chunk")
        elif len(told) == 1 and "usageMetadata" in chunks[-1]:
            found.add("~usage-last-only")
        elif told and "usageMetadata" not in chunks[0]:
            found.add("~usage-late")
    if not told:
        found.add("~usage-none")
    if any("usageMetadata" in chunk and "candidates" not in chunk for chunk in chunks):
        found.add("~usage-only")
    for one, other in pairwise(told):
        if (one or {}).keys() - (other or {}).keys():
            found.add("~usage-keys-vanish")
        if ((one or {}).get("totalTokenCount") or 0) > ((other or {}).get("totalTokenCount") or 0):
            found.add("~usage-total-falls")
    return found


_EARLY = {"groundingMetadata": "grounding", "safetyRatings": "ratings", "citationMetadata": "citations"}


def _candidate_situations(steps: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    finished = [bool(step.get("finishReason")) for step in steps]
    if len(steps) > 1 and all(finished):
        found.add("~finish-everywhere")
    parts: list[Doc] = []
    for at, step in enumerate(steps):
        if "index" not in step:
            found.add("~no-index")
        content = step.get("content")
        said = (content or {}).get("parts") or []
        if "content" not in step:
            found.add("~chunk-without-content")
        elif not content:
            found.add("~content-null" if content is None else "~content-empty")
        elif "parts" not in content:
            found.add("~content-without-parts")
        elif "role" not in content:
            found.add("~no-role")
        if len(said) > 1:
            found.add("~several-parts")
        if said and any(finished[:at]):
            found.add("~content-after-finish")
        if finished[at] and at == len(steps) - 1:
            found |= _finish_situations(said)
        for key, word in _EARLY.items():
            if key in step and at < len(steps) - 1:
                found.add(f"~{word}-empty" if step[key] == {} else f"~{word}-early")
        if sum("functionCall" in part for part in said) > 1:
            found.add("~calls-in-one-chunk")
        parts += said
    if sum("functionCall" in ((step.get("content") or {}).get("parts") or [{}])[0] for step in steps) > 1:
        found.add("~calls-in-several-chunks")
    return found | _part_situations(parts)


def _finish_situations(said: Sequence[Doc]) -> set[str]:
    if not said:
        return {"~finish-without-content"}
    last = said[-1]
    found: set[str] = set()
    if "functionCall" in last:
        found.add("~finish-with-call")
    elif last.get("text"):
        found.add("~finish-with-text")
    elif last.get("text") == "":
        found.add("~finish-with-signature" if "thoughtSignature" in last else "~finish-with-empty-text")
    return found


def _kind(part: Doc) -> str:
    if part.get("functionCall") is not None:
        return "call"
    if part.get("text") is not None:
        return "thought" if part.get("thought") else "text"
    return "other"


_MANY = {"text": "text", "thought": "thoughts"}


def _part_situations(parts: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    kinds = [_kind(part) for part in parts]
    for (one, part), (other, _) in pairwise(zip(kinds, parts, strict=True)):
        if one != other:
            found.add(f"~{other}-after-{one}")
        elif one in ("text", "thought") and "thoughtSignature" not in part:
            found.add(f"~{_MANY[one]}-in-pieces")
    calls: list[Any] = [part for part in parts if part.get("functionCall") is not None]
    for at, part in enumerate(calls):
        call = part["functionCall"]
        if part.get("thoughtSignature"):
            found.add("~call-signed")
        elif at and calls[0].get("thoughtSignature") and call.get("name"):
            found.add("~second-call-unsigned")
        if call.get("name"):
            found.add("~call-with-id" if call.get("id") else "~call-without-id")
            if "args" not in call and "willContinue" not in call:
                found.add("~call-without-args")
        found |= _partial_situations(call)
    for kind, part in zip(kinds, parts, strict=True):
        if part.get("thoughtSignature"):
            empty = kind == "text" and not part["text"]
            found.add(f"~signature-on-{'empty-text' if empty else kind}")
        if "executableCode" in part:
            found.add("~code-in-two-chunks")
        if "toolCall" in part:
            found.add("~tools-in-chunks")
    return found


def _partial_situations(call: Doc) -> set[str]:
    found: set[str] = set()
    if call == {}:
        found.add("~partial-ends-empty")
    for piece in call.get("partialArgs") or ():
        found.add("~partial-args")
        if piece.get("willContinue"):
            found.add("~partial-string-in-pieces")
    if call.get("partialArgs") and not call.get("willContinue"):
        found.add("~partial-ends-by-itself")
    return found
