"""What a customer wants done: named patterns for each task, the first that fits is the one."""

from __future__ import annotations

from typing import Final

from domain.reading import Listening
from graphs.readers.cues import Patterns, compiled

VISIT: Final = (
    r"(?:appointments?|bookings?|reservations?|reservatons?|sessions?|consult\w*|visits?|slots?|table"
    r"|check-?ups?|cleanings?"
    r"|openings?|spot|meetings?|estimate|service call|doctor appointment)"
)
_OWN = rf"(?:my|our|the|that|this|tonight's|tomorrow's|today's)(?: \w+){{0,4}}? ?{VISIT}"
_BOOKING = (
    r"(?:book|booking|make|making|schedul(?:e|ing)|set(?:ting)?(?: up)?|setup|arrange|reserv(?:e|ing)|get"
    r"|getting|fix|plan|grab"
    r"|put (?:me|us) (?:down|in)|sign me up|fit (?:me|us)|squeeze (?:me|us)|hold|have|request)"
)
_WANT = (
    r"(?:(?:i|we)(?:'d| would| really|'ll| will| do| am|'m)*"
    r" ?(?:need(?:ing)?|want(?:ing)?|like|wish|love|hop(?:e|ing)|looking|require))"
)
_KIND = (
    r"(?:dentist|doctor|therapist|stylist|hair\w*|salon|psych\w+|counsel\w+|barber|plumber|electrician"
    r"|physician|mechanic"
    r"|ob-?gyn\w*|gyn\w*|dermatolog\w+|ophthalmolog\w+|general pract\w+|restaurant|provider|place"
    r"|specialist|clinic|gp)s?"
)

WANTS: Final[Patterns] = {
    "human": (
        r"\b(?:cut|did|dyed|colou?red) my (?:\w+ ){1,2}(?:way |far |much )?(?:too|wrong|badly|unevenly?)\b",
        r"\b(?:connect|transfer|patch|put) (?:me|us) (?:through|over|on with|in touch|to)\b|\b(?:just "
        r"|please )connect me\b",
        r"\b(?:speak|talk)(?:ing)? (?:to|with) (?:the |a |an |your )?(?:\w+ )?(?:supervisor|boss|manager|owner"
        r"|team|office"
        r"|department|front desk|reception|billing|accounts|kitchen|housekeeping|someone who|somebody who)\b",
        r"\b(?:have|get) (?:someone|somebody|a person|the \w+|your \w+) (?:to )?(?:call|ring|phone|contact|text) me\b"
        r"|\b(?:someone|somebody|a person|anyone) (?:to |can |could |should |please )?(?:get back to|reach out to"
        r"|contact|call) me\b",
        r"\b(?:charge|charged|charges|bill|billed|invoice|fee|payment)\b.{0,60}\b(?:never (?:used|agreed"
        r"|authori[sz]ed|asked|got"
        r"|happened)|(?:don't|do not|didn't|did not) (?:recogni[sz]e|agree|authori[sz]e|understand why)|mistake"
        r"|not mine|incorrect)\b"
        r"|\b(?:dispute|disputing|unauthori[sz]ed|fraudulent)\b.{0,60}\b(?:charge|bill|payment|bank|card|it)\b",
        r"\bnot (?:what|the \w+|the one) i (?:booked|ordered|paid for|asked for|agreed to)\b|\b(?:report you"
        r"|sue you|small claims"
        r"|better business bureau|my lawyer|my attorney)\b|\bwhat are you (?:\w+ )?going to do about\b",
        r"\b(?:this|it|that|your \w+|my last \w+|the (?:service|whole thing|visit|staff)|my (?:visit|stay|experience))"
        r" (?:is|was|has been|were) (?:\w+ ){0,2}?(?:joke|disgrace|unacceptable|appalling|pathetic|disgusting"
        r"|outrageous|rip-?off"
        r"|scam|horrible|terrible|awful)\b|\bworst (?:\w+ )?(?:service|experience|haircut|visit|stay)\b",
        r"\b(?:manager|owner|boss|supervisor|colleague|your \w+)(?: had| has)? (?:promised|set up|agreed|offered"
        r"|guaranteed)\b"
        r".{0,60}\b(?:free|discount|upgrade|refund|waive\w*|comp|me|us|when)\b|\b(?:free|discount"
        r"|upgrade)\b.{0,30}\b(?:manager"
        r"|owner|boss|supervisor) (?:promised|set up|agreed|offered|gave)\b",
        r"\b(?:call|calling) the (?:police|cops)\b",
        r"\b(?:complain\w*|unhappy|disappointed|not happy with|ruined my)\b"
        r"|\b(?:this|you|it)(?:'s| is| are|'re) (?:\w+ )?(?:useless|shit|crap|rubbish|ridiculous)\b",
        r"\brunning (?:\w+ ){0,2}late\b|\bbe (?:\w+ ){0,2}late\b",
        r"\b(?:talk|speak|chat|connect|transfer|put|get|reach|pass)\b.{0,25}"
        r"\b(?:human|person|people|agent|rep|representative|manager|someone|somebody|staff|receptionist"
        r"|owner|operator)\b"
        r"(?!.{0,20}\b(?:appointment|about booking))",
        r"\b(?:real|live|actual) (?:human|person)(?: please)?$|^(?:a )?(?:human|person|agent|operator"
        r"|receptionist|representative)"
        r"(?: please)?[.!]*$|\b(?:need|want|get me) (?:a|an) (?:\w+ )?(?:human|person|agent|operator|manager)\b",
        r"\b(?:can|could|would|will) (?:someone|somebody|you|anyone|the \w+) (?:please )?(?:call|ring"
        r"|phone) me\b|\bcall me (?:back|please)\b"
        r"|^(?:please )?call me\b|\bgive me a (?:call|ring)\b|\bcustomer service\b",
    ),
    "refund": (
        r"\b(?:refund\w*|reimburse\w*|money back|deposit back|charge ?back)\b|\breturn my (?:money|deposit)\b",
        r"\b(?:get|want|have|give me|need|send)\b.{0,15}\b(?:deposit|money|payment)\b.{0,10}\b(?:back|returned)\b",
        r"\bovercharged\b|\bcharged (?:me )?(?:twice|too much)\b",
    ),
    "move": (
        r"\b(?:reschedul\w*|postpone)\b",
        rf"\b(?:move|push|change|switch|shift|bump|bring|swap|put back"
        rf"|delay)\b.{{0,20}}\b{_OWN}\b(?!.{{0,15}}\bpolicy)",
        r"\b(?:move|push|change|switch|shift|bump)\b.{0,15}\b(?:it|that|this|me|mine|us|time|date"
        r"|day)\b.{0,20}\b(?:to|for|from|until|back|till)\b",
        r"\b(?:move|change|switch|different) (?:my|the|our) (?:time|date|day)\b",
        r"\b(?:different|another|new) (?:time|day|date) for my\b",
        r"\b(?:push|move|bump|shift) (?:me|mine|it|us) (?:back|forward|to)\b|\bcome\b.{0,20}\binstead of\b",
        r"\b(?:move|push|switch|shift|bump|change) (?:my|our|the) (?:[\w-]+ ){1,4}?"
        r"(?:to|from|until|till|forward|back)\b",
        r"\b(?:come|be seen)(?: in)? (?:earlier|later|sooner)\b",
        r"\b(?:do|make|have) it (?:on |at )?(?:another|a different) (?:day|time)\b",
        r"^(?:\w+ ){0,4}(?:move|reschedule|push|shift|postpone) (?:it|that one|mine)(?: please)?$",
        r"\bmake it (?:an?|half an|\w+) (?:hours?|hrs?|minutes?|mins?) (?:earlier|later|sooner)\b",
    ),
    "cancel": (
        rf"\b(?:cancel\w*|call off|get rid of|withdraw|scrap|scratch|drop|undo|delete|remove|abandon"
        rf"|take (?:back|off)|discontinue|annul|end|trash|unreserve|close|release|void)\b.{{0,60}}\b{VISIT}\b",
        rf"\b{VISIT}\b.{{0,40}}\b(?:cancel\w*|no longer needed|removed|called off|deleted)\b",
        rf"\bdon't need\b.{{0,25}}\b{VISIT}\b",
        r"\bcancel(?:l?ed|l?ing|lation)?\b(?!.{0,20}\b(?:policy|fee|charge))",
        r"\b(?:can't|cannot|can not|won't|not|unable to)(?: be able to)? (?:make (?:it|my|the)"
        r"|come(?: in)?\b|attend|be (?:there|coming|in)\b)",
        rf"\bno longer (?:need|want)\b.{{0,30}}\b{VISIT}\b",
        rf"\b(?:won't|don't|do not|not (?:gonna|going to)|no longer) (?:need|require|want)\b.{{0,30}}\b{VISIT}\b",
        rf"\b{VISIT}\b.{{0,40}}\b(?:not|isn't|no longer) (?:\w+ )?(?:needed|required|necessary)\b",
    ),
    "check": (
        r"\bwhen (?:am i|i'm|i am) (?:\w+ )?(?:coming|booked|due|in|scheduled|seeing)\b",
        rf"\b(?:confirm\w*|verify|verif\w+|check|make sure|assure|validate|see if|ensure|look up|status"
        rf"|remind me|double check)\b.{{0,60}}\b{VISIT}\b(?!.{{0,30}}\bavailab)",
        r"\b(?:when|what time|what day|which day|what date|who|where) (?:is|are|was|am|do i have|did i"
        r"|'s)\b.{0,15}\b(?:my|our|i)\b.{0,20}\b(?:appointments?|bookings?|reservations?|visits?|sessions?"
        r"|meetings?|booked|scheduled|coming|due|meeting)\b",
        rf"\b(?:do|did|have|am|are|does|is) (?:i|we|it|you|my|our|there)\b.{{0,30}}\b(?:have|having|got|made"
        rf"|show\w*|made|booked|reserved|a|any|my|our)\b.{{0,25}}\b(?:{VISIT}|booked in"
        rf"|reserved)\b.{{0,40}}\b(?:still|for|at|under|with|booked|scheduled|on|confirmed|reserved|today"
        rf"|tomorrow|valid|set|good|correct)\b",
        rf"\b(?:do|did) (?:i|we) (?:still |already )?have (?:an?|any|my|the|many)? ?(?:\w+ )?{VISIT}\b",
        r"\b(?:am i|i'm) (?:still )?booked\b|\bmy next (?:appointment|visit|booking)\b",
        rf"^(?:\w+ )?what(?:'s| is| are) my (?:\w+ )?{VISIT}\b|^my {VISIT}\W*$",
        r"^(?:\w+ )?(?:when|what time|what day|which day)(?:'s| is| was) my (?!deposit|refund)",
        rf"\bmy (?:\w+ )?{VISIT}\b.{{0,40}}\b(?:still|confirmed|valid|set|good|on|correct|status|go through|made)\b",
        rf"\b{VISIT}\b.{{0,40}}\b(?:confirmed|confirmation|still (?:on|good|valid))\b",
        r"\b(?:my|our|the|today's) (?:meetings?|appointments?|schedule|calendar"
        r"|bookings?)\b.{0,20}\b(?:today|tomorrow|schedule|this week)\b",
        r"\bmeetings\b",
        r"\bwhat (?:have i|do i have|did i) (?:got )?(?:booked|scheduled|book)\b",
        r"\bwhat time (?:am i|is mine|was i|do i come)\b",
        r"\b(?:when|what time)(?:'s| is| are) (?:that|the|today's|our|my|this)(?: \w+)? (?:meeting"
        r"|appointment|booking|reservation)s?\b",
        r"\bam i scheduled\b",
        r"\b(?:know|tell me|see|sure) (?:if|that|whether|when) (?:i|we|my|there"
        r"|our)\b.{0,40}\b(?:appointment|booking|reservation|meeting|booked|scheduled)\w*",
        r"\b(?:where|track|updat\w+|arriv\w+|ship\w*|deliver\w*|going on|locat\w+|receive|expect"
        r"|coming)\b.{0,40}\b(?:my|the|an?) (?:\w+ ){0,2}(?:order|package|delivery|purchase)s?\b",
        r"\b(?:my|the|an?|online) (?:\w+ ){0,2}(?:orders?|packaged?|delivery|purchase)\b.{0,40}\b(?:arriv\w+"
        r"|ship\w*|deliver\w*|status|updat\w*|coming|dropped|yet|received?)\b",
        r"\bstatus of\b|\bstatus\b.{0,20}\b(?:order|deliver)|\b(?:track|tracking)\b|\bwhere(?:'s| is) my\b",
        r"\border status\b",
        r"\bmy (?:order|package|delivery)\b.{0,30}\b(?:arriv|ship|deliver|status|update|ready|come|here|transit"
        r"|at)\w*",
        r"\b(?:has|did|is|have|when)\b.{0,20}\bmy\b.{0,20}\b(?:order\w*|package|item\w*|delivery|purchase\w*)\b",
        r"\b(?:locate|find|where)\b.{0,12}\bmy (?:package|order|item)",
    ),
    "lead": (
        r"\b(?:quote|quotes|quoted|estimate|ball ?park|pricing for)\b.{0,60}",
        r"\bgetting married\b|\b(?:my|our) wedding\b|\bbridal\b|\bbridesmaids?\b",
        r"\b(?:interested in|enquir\w+|inquir\w+) (?:about )?(?:hiring|an event|a party|your|group)\b",
    ),
    "order": (
        r"\b(?:re)?order(?:ed|ing)?\b(?! (?:of|status|number|to))|\b(?:buy|purchase)\b|\bshopping (?:list|cart)\b",
    ),
    "book": (
        rf"\b{_BOOKING}\b(?: [\w:']+){{0,7}}? {VISIT}\b",
        r"\b(?:rooms?|tables?|slots?|seats?)\b.{0,20}\b(?:available|free|open)\b",
        r"\bgive me (?:an?|the) (?:table|slot|spot|seat)\b",
        rf"\b{_WANT}(?: (?:to )?(?:have|get|make|book|schedule|set up|reserve))? (?:an?|the|another|my"
        rf"|for an?)?(?: [\w:']+){{0,3}}? ?{VISIT}\b",
        r"\b(?:book|schedule|reserve)\b (?:some|getting|me|us|him|her|it|that|this|them|with|an?|one|for"
        r"|something|my|in|the|now|at|on)\b",
        r"\b(?:book|schedule|reserve)$",
        r"^(?:\w+ ){0,2}(?:book|reserve|schedule)\b",
        r"\b(?:can|could|may|like to|want to|need to) (?:\w+ )?(?:book|reserve|schedule)\b",
        r"\btry (?:to (?:book|make|get|schedule)|booking|making|again|for|scheduling|changing|that again)\b",
        r"\banother attempt\b",
        r"\b(?:come|pop|drop|get) in (?:for|on|at|to|today|tomorrow|next|this)\b",
        r"\b(?:fit|squeeze|book|get|pencil|slot) (?:me|us) in\b",
        r"\b(?:come|pop|drop)(?: (?:in|by|round))? (?:right )?now\b",
        r"\b(?:any|an?) (?:\w+ )?(?:availability|openings?|slots?|free (?:time|slot)|space|appointments?"
        r"|time)\b.{0,30}\b(?:today|tomorrow|on|at|this|next|for|tonight|free|available|left)\b",
        r"\b(?:are you|is \w+|you|anyone|anything) (?:free|available|open for)\b",
        r"\bwhen (?:can|could) (?:i|you|we) (?:come|get|see|fit|have)\b",
        r"\bneed(?:s)?\b.{0,30}\b(?:scheduled|appointment)\b",
        r"\bput .{0,30}\bon (?:my|the) (?:schedule|calendar|books)\b",
        r"\b(?:need|want|get|require)\b.{0,25}\b(?:maintenance|oil change|inspected|checked(?: out)?"
        r"|check up|tune up|tire|engine)\b",
        r"\b(?:see|schedule) (?:the|an?|my|dr|doctor)(?: \w+)? (?:dentist|doctor|therapist|stylist|psych\w+|for|on)\b",
        r"\bget my (?:\w+ ){1,2}(?:done|cut|fixed|cleaned|coloured|colored|trimmed|changed|checked|repaired"
        r"|replaced|inspected)\b",
        r"\b(?:look at|check) (?:my|out my) (?:car|engine|tires)\b|\bengine light\b",
        r"\bmeeting\b.{0,30}\b(?:with|for|at|on)\b",
    ),
    "find": (
        r"\b(?:find|finding|look(?:ing)? (?:for|up|in)|search\w*|locate|recommend\w*|suggest\w*|hunt\w*"
        r"|seek\w*|point me|pull up|after an?)\b",
        rf"\b(?:need|want|would like|'d like|wish|get|require|consult|see|visit"
        rf"|interested in)\b(?: \w+){{0,4}}? {_KIND}\b",
        rf"\b(?:is there|are there|know of|where can i)\b.{{0,30}}\b{_KIND}\b|\bin (?:need|search) of\b",
    ),
}
_COMPILED: Final = compiled(WANTS)
_NOT_A_WISH: Final = compiled(
    {
        "human": (r"\b(?:am i|are you (?!able|going)|is this|if you|that you(?:'re| are))\b",),
        "check": (r"\b(?:available|availability|openings?|free|how long|possible|wait)\b",),
        "cancel": (
            r"\bcancell?ation (?:policy|fee|charge)\b|\b(?:don't|do not|not) (?:want to )?cancel\b",
            r"\bcharge\b.{0,20}\bcancel",
        ),
        "refund": (
            r"\brefund policy\b|\b(?:is|are) (?:the |my )?deposits? refundable\b|\bdo you (?:give|do|offer) refunds\b",
        ),
        "book": (
            r"\b(?:do|does|will|can) (?:they|you|he|she|it|\w+) (?:\w+ )?(?:take|accept|require|do"
            r"|allow)s? (?:\w+ )?(?:reserv|walk|book|appoint)\w*",
            r"\b(?:book|schedule) (?:\w+ ){0,2}(?:online|on the website|through|via|over the phone)\b",
            r"\b(?:don't|do not|not) (?:want to )?(?:book|schedule)\b",
            r"\b(?:need|have) to (?:book|make an appointment|have an appointment)\b.*\?$",
        ),
        "move": (r"\b(?:don't|do not) (?:want to )?(?:move|change)\b",),
    }
)


def wanted(plain: str, listening: Listening) -> tuple[str, ...]:
    """Return the tasks asked for in one part, most telling first; only tasks the business takes."""
    found: list[str] = []
    for task, pattern in _COMPILED.items():
        ours = _offered_as(task, listening)
        if ours is None or not pattern.search(plain):
            continue
        not_a_wish = _NOT_A_WISH.get(task)
        if not_a_wish is None or not not_a_wish.search(plain):
            found.append(ours)
    return tuple(found)


def _offered_as(task: str, listening: Listening) -> str | None:
    if task in listening.tasks:
        return task
    if task == "lead" and "quote" in listening.tasks:
        return "quote"
    return None
