"""The words that show what a part of a turn does, whatever we said before: named lists of patterns.

Every pattern runs on the plain words of one part (`parts.plain`); gaps are bounded, so reading is linear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_THING = (
    r"(?:(?:that|this|it|they|he|she|everything|all(?: of)?(?: that| this| it)?)(?: (?:one|time|day|date|appointment))?"
    r"|(?:all (?:of )?)?(?:the|that|this|your|these|those) (?:info|information|details?|data))"
)
_BE = r"(?:'s|s|'ll| is| are| was| will| would|'d| should| can| all| also| really| that)*"
_VERY = (
    r"(?:(?:an?|be|been|being|really|very|just|all|also|totally|pretty|quite|so|absolutely|perfectly|completely"
    r"|about|like|exactly) )*"
)
# "tell me if they ..." asks; it sets no condition
_NO_QUESTION = "".join(f"(?<!{word} )" for word in "me know see check out look wondering tell and or as".split())
_GOOD = (
    r"(?:right|correct|fine|good|great|perfect|ok|okay|true|nice|awesome|wonderful|excellent|lovely|cool|ideal"
    r"|alright|fantastic|brilliant|accurate|amazing|super|suitable|convenient|acceptable|a plan|a fact"
    r"|affirmative|confirmed|flawless|the one|the plan)"
)
_DOES = r"(?:works?|sounds?|suits?|fits?|looks?|seems?|does|do)"
_LEAD = (
    r"^\W*(?:(?:oh|ah|ooh|well|so|hm|hmm|um|uh|hi|hello|hey|please|and|right|ok|okay|great|thanks|thank you|alright"
    r"|cool|good|perfect|actually|sorry|ai)\b[\s,.!-]*){0,4}"
)
_WHO = r"(?:doctor|dentist|therapist|stylist|hairdresser|barber|salon|psych\w+|counsel\w+|provider|person|place)s?"
_OPTION = rf"(?:ones?|options?|choices?|suggestions?|alternatives?|times?|slots?|days?|dates?|openings?|kinds?|{_WHO})"

Patterns = Mapping[str, tuple[str, ...]]

ANSWERS: Final[Patterns] = {
    "yes": (
        _LEAD + r"(?:most |very |its )?(?:yes|yeah|yeap|yep|yup|ya|uh-?huh|uh huh|sure|aye|absolutely|definitely"
        r"|certainly|indeed|exactly|totally)\b",
        _LEAD + r"(?:of course|agreed|confirm(?:ed)?|true|affirmative|positive|precisely|right|correct|very well)\b",
        _LEAD
        + r"(?:by all means|go ahead|go for it|do it|make it so|please do|why not|you (?:got|have) (?:it|that))\b",
        _LEAD + r"(?:you(?:'re| are) (?:right|correct)|sounds?|looks? good|works|suits me|super|fantastic"
        r"|brilliant|terrific|spot on)\b",
        _LEAD + r"(?:perfect|great|good|excellent|wonderful|awesome|cool|fine|nice|lovely|ok|okay|alright|all right)\b",
        _LEAD
        + r"(?:permission (?:granted|allowed)|righto|just right|on point|you(?:'ve)? nailed it|nailed it|amazing)\b",
        r"^(?:please |then )?(?:continue|proceed)(?: with (?:it|that|(?:the |my )?(?:booking|reservation)))?\W*$",
        r"👍|👌|^y$|\byes\b",
    ),
    "agrees": (
        rf"\b{_THING}{_BE} {_VERY}(?:{_GOOD}|{_DOES})\b",
        rf"\b(?:{_GOOD}|works|suits?) (?:for|with|by) me\b|\bi(?:'m| am) {_VERY}(?:{_GOOD}|happy|down|in|interested)\b",
        r"\bi (?:also |do |kind of )?(?:agree|confirm|accept|concur|like|love)\b"
        r"|\bi (?:certainly |really |sure |indeed )?do\W*$|\bgo ahead\b|\bgot it right\b",
        r"\bi(?:'d| would)(?: really)? (?:like|love) (?:to (?:do|try|go) )?(?:that|it|this|there)\b",
        r"\bi(?:'ll| will|'d| would)?(?: \w+){0,2} (?:go|go with|go to|try|choose|pick|want|have|see|visit"
        r"|take) (?:it|that|this|him|her|them|there)\b",
        r"\bthat(?:'s| is| was) it\b",
        rf"^(?:(?:it|the) )?is (?:all |very |quite )?{_GOOD}\W*$|\bi (?:fully )?(?:assent|approve|consent)\b",
        r"\b(?:that|this)(?:'s| is| was) (?:(?:just|exactly|precisely) )?what i (?:said|wanted|want|need"
        r"|meant|asked)\b",
        r"\b(?:that|this)(?:'s| is| was) the (?:exact )?thing i want(?:ed)?\b|\bhave it (?:right|correct)\b",
        rf"\b(?:sounds?|looks?|seems?) (?:\w+ )?{_GOOD}\b|\b{_THING} (?:all |also )?{_DOES}\b",
        r"\bi (?:can|want to) (?:do|make|try|go(?: to)?) (?:it|that|this|there|then)\b|\b(?:definite|is|a) yes\b",
        r"\b(?:indeed|appears|very much|not false|statement was|for sure) (?:true|correct)\b|\bis not false\b",
        r"\bthe truth$|^do that$",
        r"\blet's (?:do|go (?:with|for)) (?:it|that|this)\b|\bi (?:think|believe)\b.{0,40}\b(?:true|right|correct)\b",
    ),
    "no": (
        _LEAD + r"(?:no+(?! (?:\w+ )?(?:problem|worries|prob|doubt|questions?|idea|clue|preference)\b)|nope|nah"
        r"|naw|nay|negative|never ?mind|neither|none|incorrect|wrong|false)\b",
        _LEAD + r"(?:wait|hold on|hang on|stop|don't|do not)\b(?! (?:know|mind|have a preference))",
        r"\b(?:definitely|certainly|absolutely|of course|probably|seems|hopefully) not\b|\bhard no\b|^nada\b",
        r"\bi(?:'ll| will) pass\b",
        _LEAD + r"not (?!(?:\w+ ){0,2}(?:sure|certain|confident|positive|bad|clue)|a problem|that i)",
    ),
    "denies": (
        r"\b(?:that|this|it|i|which|he|she)(?:'s|'m| is| am| was| are) (?:actually |definitely |completely "
        r"|totally |a )*"
        r"(?:not(?! (?:\w+ ){0,2}(?:sure|certain|bad|a problem|confident|false|wrong))|wrong|incorrect"
        r"|inaccurate|untrue|erroneous)\b",
        r"\b(?:is|are|you're|was) (?:\w+ )?(?:wrong|false|incorrect)\b(?<!not false)(?<!not wrong)",
        r"\b(?:is|be|it's|that's|be|say) (?:a |definitely |an |actually |totally |completely )*(?:no|negative|false)\b",
        r"\b(?:isn't|wasn't|aren't|won't|doesn't|didn't|wouldn't|couldn't)\b|\brather not\b|\bi think not\b",
        r"\bplease,? no\b",
        r"\bi (?:can't|don't|do not|will not|can not|would not)\b"
        r"(?! (?:\w+ )?(?:know|mind|care|see why|have (?:an?|the|that) |think i can|remember|hear|catch"
        r"|understand|get|thank|make up))",
        r"\bdon't (?:book|want|need|do|make|think|like)\b|\b(?:nope|never ?mind)\b",
        r"\b(?:forget|cancel|scrap) (?:that|it|this)\b",
        r"\b(?:not|no) (?:right |just )?(?:now|yet|today|interested|needed|necessary|need|good|anymore)\b",
        r"\bnot (?:that|this|him|her|them|it|true|at all|at the moment|really|correct|right|what i)\b|\bnothing\b",
        r"\bsay (?:the answer )?(?:\w+ ){0,4}no\b|\bno (?:is|way|more|else|thanks?)\b",
        r"\bfalse (?:statement|information)\b|\bno$",
    ),
    "drops": (
        r"\b(?:abort|discontinue|terminate|quit|halt|undo|shut (?:\w+ ){0,3}up|(?:be|keep) quiet|quiet now"
        r"|forget (?:it|that|about|my))\b",
        r"\bstop (?:talking|speaking|it|that|this|what|doing|working|your|please|now)\b",
        r"\b(?:can|could|would) you (?:please )?stop\b",
        r"^(?:please |just |ok |now )*(?:stop|pause|mute|silence|scratch|shh+|enough|abandon)\b(?: (?:please"
        r"|now|that|it))*[.! ]*$",
    ),
    "later": (
        r"\b(?:maybe|perhaps|possibly|at a|at)? ?(?:later (?:time|date|on|though)|another time"
        r"|some other time|next time)\b",
        r"\b(?:maybe|perhaps|possibly),? (?:at a )?(?:later|another|some other|in a)\b|^later\b|\bin the future\b",
        r"\bnot (?:right |just )?(?:now|yet)\b|\bhold off\b|(?<=\w)(?<!the) first$",
    ),
    "hesitates": (
        r"\b(?:maybe|perhaps|unsure|uncertain|undecided|dunno|possibly|probably|might|depends?|either|kinda"
        r"|hmm*|um+)\b",
        r"\bnot (?:\w+ ){0,3}(?:sure|certain|confident|positive|decided)\b|\bcould (?:\w+ )?be\b",
        r"\bi (?:guess|suppose)\b",
        r"\b(?:don't|do not|didn't) (?:\w+ )?(?:know|have an? (?:answer|idea))\b",
        r"\bno (?:\w+ )?(?:idea|clue)\b|\bnot a clue\b",
        r"\b(?:can't|hard to|couldn't|unable to) (?:really )?(?:say|decide|tell|answer)\b|\bwho knows\b|\bif i know\b",
        r"\b(?<!what )(?<!which )(?<!other )(?<!any )(?<!some )(?<!every )"
        r"(?<!what's the )(?:kind|sort) of\b|\bmake up my mind\b|\bpretty much\b",
        r"\b(?:don't|do not) have (?:that|the) (?:answer|information)\b",
        r"\blet me (?:think|check|see|ask|get back)\b|\bget back to you\b|\bwill know\b|\bboth\b",
        r"\b(?:i'll|i will|need to|have to|should|must|want to) (?:check|think|ask|see if)\b|\bone or the other\b",
    ),
    "conditions": (
        rf"\b{_NO_QUESTION}(?:if|unless|provided(?! (?:at|by|in|there|here)\b)|providing"
        r"|assuming|except|but|however|otherwise|depending|until)\b",
        r"\b(?:subject to|as long as|only if|only when)\b",
    ),
    "changes": (
        r"\b(?:change[ds]?|changing|instead|rather|switch|move|push|reschedule|prefer|different|another|other|try)\b",
        r"\b(?:how|what) about\b|\bshould be\b|\bneeds? to be\b|\b(?:have|has) to be\b|\bi (?:meant|said|need|want)\b",
        r"\b(?:can|could) (?:we|you|it|i) (?:do|make|be|get|book)\b|\bwould be better\b|\bworks? (?:out )?better\b",
        r"\blet's (?:do|try|make|say)\b|\b(?:actually|sorry|make it|make that|earlier|sooner|or)\b",
    ),
    "alternatives": (
        r"\b(?:any|some|every)(?:one|thing|body|where)? (?:else|different|others?|more)\b",
        r"\b(?:what|who|where) else\b|\belse\?$",
        rf"\b(?:an)?other (?:\w+ )?{_OPTION}\b|\b(?:different|additional|similar|more|next) (?:\w+ )?{_OPTION}\b",
        r"\b(?:any|the|some|are there) others?\b|\banyother\b|\balternatives?\b|\bany more\b|\bwhat other\b",
        r"\bmore \w+ists?\b",
        r"\bother than (?:that|this|him|her)\b|\bnot (?:that|this) one\b|\bkeep looking\b",
        r"\bnone of (?:those|these|them)\b",
        r"\b(?:search|look|check) (?:again|elsewhere)\b|\b(?:find|got|have|show me|give me|see) (?:any )?more\b",
        r"\b(?:anything|something|any|got|have|a bit|a little) (?:\w+ )?(?:later|earlier|sooner|cheaper"
        r"|closer|nearer)\b",
        r"\b(?:my|what|the|those|these|your) (?:other )?(?:options|choices)\b",
        r"\bmore (?:names|results|to choose)\b|\bother \w+ists?\b",
        r"^(?:an?)?(?:later|earlier|sooner|others?|more|next)\?*$|^(?:later|earlier|sooner) please\b",
        r"\bother (?:kinds|types)\b",
        r"\bthe only\b.{0,30}\bfind\b",
    ),
}
SOCIAL: Final[Patterns] = {
    "thanks": (
        r"\b(?:thanks?|thankful|cheers|gracias|merci|appreciate\w*|much obliged|grateful|gratitude|helpful)\b",
        r"\byou(?:'re| are| were|'ve been| have been) (?:\w+ ){0,3}(?:great|best|help|awesome|amazing)\b",
        r"\b(?:big|great|of) help\b",
        r"\bgood (?:job|looking out)\b|\bglad (?:you|for your)\b|\bowe you\b",
        r"\bso (?:kind|nice|sweet) (?:of|to)\b|\bso kind\b",
    ),
    "bye": (
        r"\b(?:bye+|goodbye|good ?night|farewell|so long|ta-?ta|s[ay]+onara|adios|ciao|cya|take care"
        r"|(?<!to )see (?:you|ya))\b",
        r"\bhave a (?:\w+ )?(?:good|nice|great|wonderful|lovely)\b|\btalk (?:to you )?(?:later|soon)\b|\bcatch you\b",
        r"\b(?:peace out|take it easy|toodles|buh-?bye|until next time|outta here|have to get going|leaving now)\b",
        r"^peace\b",
        r"\blater,? (?:gator|gater|alligator)\b|\bi(?:'m| am) (?:out|off)\b",
        r"\b(?:have|got|need) to (?:go|run)\b|^later[!.,]",
        r"\b(?:nice|good|great|cool|pleasure|pleasant|enjoyed|enjoyable|glad|fun)\b.{0,25}\b(?:talk|chat"
        r"|speak|conver|seeing|in touch|catch up)",
        r"(?<!yes )(?<!yes, )\bthat(?:'s| is|'ll be| will be| was| would be| should be) (?:it|all|everything"
        r"|enough)\b(?! (?:correct|right|good))",
        r"\ball (?:set|done)\b|\bnothing\b(?: (?:else|more))?$|\bi'm done\b|\bno more\b|\ball for (?:now|today)\b",
    ),
    "greets": (
        r"^(?:oh |well |so |why,? )?(?:hi+|hello|hey+|hiya|howdy|yo|ahoy|greetings|salutations|heya|sup|hola"
        r"|aloha|bonjour)\b",
        r"^good (?:morning|afternoon|evening|day)\b|\bsay (?:hi|hello)\b",
    ),
    "how_are_you": (
        r"\bhow (?:goes|is|are|'s|have|has|do)\b.{0,20}\b(?:you|it|things|going|doing|everything|day|life|been)\b",
        r"\bhow(?:'s|'re) (?:\w+ ){0,2}(?:you|it|things|everything|life|day|going|doing)\b",
        r"\bwhat's (?:up|going on|new|happening)\b",
        r"\bhow you're\b|\bhow've you been\b|\bhave you been (?:good|well|ok)\b",
        r"\b(?:are|is) (?:you|things|everything) (?:\w+ ){0,2}(?:ok|okay|alright|well|good)\b",
        r"^is everything\b|\b(?:nice|good|great|pleased) to (?:meet|see) you\b",
        r"\bwake up\b|\bhope (?:you|all|every)",
    ),
    "repeats": (
        r"\b(?:repeat\w*|restate|rephrase|reiterate|pardon|come again)\b|^huh\b",
        r"\b(?:ask|said|state) (?:\w+ ){0,2}again\b|\b(?:one|once|another) more"
        r"(?! (?:questions?|things?|help|favou?r|request)\b)(?: time)?\b",
        r"\bsay (?:that|it|what|this|all that)\b.{0,20}\b(?:again|over|once more|one more|slower)\b",
        r"\bsay again\b|\banother time please\b",
        r"\b(?:didn't|did not|couldn't|could not|don't) (?:\w+ )?(?:catch|hear|understand|get)(?: (?:that"
        r"|you|it|what)\b|[,.!?]|$)",
        r"\bwhat did you (?:just )?(?:say|mean)\b|\bwhat do you mean\b|\bmissed (?:that|what|it)\b",
        r"\bwhat was (?:that|the question|the last)\b",
        r"\b(?:was|is|thing|hear) (?:that |it )?(?:\w+ )?you (?:just|last) (?:said|told me|mentioned)\b",
        r"\bdid you just (?:say|mention)\b",
        r"\b(?:go|run|tell me|explain)\b.{0,12}\b(?:that|it)\b.{0,8}\b(?:again|over|by me)\b",
        r"\bcan't hear\b|\bcan you (?:still )?hear me\b",
        r"^(?:sorry,? |wait,? )?(?:what|sorry|excuse me|eh|again|come again|wdym)[?!. ]*$",
    ),
    "bot": (
        r"\b(?:you|this|it|i|that|your|voice)\b.{0,40}\b(?:bot|robot|chatbot|android|machine|computer|ai"
        r"|automated|artificial|synthetic)\b",
        r"\b(?:are you|is this|is that|you(?:'re| are)|am i)\b.{0,30}\b(?:human|real|alive|live person"
        r"|person|someone real)\b",
        r"\b(?:human|robot|bot|computer|real)\b.{0,20}\b(?:are you|you are)\b",
    ),
    "menu": (
        r"\b(?:what|which|how)\b.{0,40}\b(?:can|do|are|should|could|may) (?:i|you)\b.{0,30}"
        r"\b(?:ask|do|do for me|help|able|capable|know|answer|handle|assist)\b(?!.{0,30}\b(?:book|appointment)\b)",
        r"\bwhat (?:do|can|are) (?:you|your)\b.{0,20}\b(?:do|know|capabilit\w+|features|skills|commands|functions)\b",
        r"\b(?:things|topics|subjects|questions|types?|commands|areas)\b.{0,40}\b(?:you (?:can|know|do|are"
        r"|accept|answer)|ask)\b",
        r"\bwhat you(?:'re| are| can)\b.{0,20}\b(?:capable|able|help|assist|do)\b",
        r"^(?:help|menu|options|info|help me|i need help)[?!. ]*$|\bcan i ask you\b|\bhow do (?:you|i) (?:use|work)\b",
    ),
}


def compiled(table: Patterns) -> dict[str, re.Pattern[str]]:
    """Return one compiled pattern a name."""
    return {name: re.compile("|".join(patterns)) for name, patterns in table.items()}


_ALL: Final = compiled({**ANSWERS, **SOCIAL})


def cues(plain: str) -> frozenset[str]:
    """Return the names of all cues found in the plain words of one part."""
    return frozenset(name for name, pattern in _ALL.items() if pattern.search(plain))
