"""The phrases of everyday English that the offline assistant knows, in the order in which they are tried.

``what`` is the part that says of which task, ``value`` what is to become of it.
"""

from gateway.offline.dates import ANY_NUMBER
from gateway.offline.intents import Intent

_NOUN = (
    r"(?: (?:a|an|the|another|this|these|some|new|following))* (?:tasks?|to-?dos?|items?|reminders?|entry|entries)"
    r"(?: (?:called|named|titled|saying|that says|for (?:me|us) to|to|for|about|that))?"
)
_PAST = (
    r"done|did|finished|completed|bought|got|made|paid|sent|took|went to|wrote|read|met|spoke to|sold|swept|fed|cut|put"
    r"|\w+ed"
)
_BARE_VERB = (
    r"bake|book|buy|call|clean|cook|email|feed|fix|iron|mail|mow|order|pack|pay|phone|pick up|print|renew|repair|return"
    r"|ring|send|sign|submit|take out|text|tidy|vacuum|visit|wash|water"
)
_LEVEL = (
    r"(?P<value>(?:not (?:so |that |very )?)?(?:urgent|important)|(?:very )?high|top|asap|medium|normal|low"
    r"|unimportant)"
)
_OF = r"(?:of|for|on|from|in|to)"
_REMOVE = r"(?:remove|delete|clear|drop)(?: (?:the|all|its|due))*"
_CHANGED = r"change[ds]?|happen(?:ed)?|you do(?:ne)?"

PHRASES: tuple[tuple[Intent, tuple[str, ...]], ...] = (
    (
        Intent.HELP,
        (
            r"(?:hi|hello|hey|help|start|\?|good (?:morning|afternoon|evening))(?:,? (?:remit|there|me))?!*",
            r"(?:what can (?:you|i) (?:do|say)|(?:who|what) are you|how (?:does|do) (?:this|it|you) work)\b.*",
        ),
    ),
    (Intent.YES, (r"(?:yes|yep|yeah|sure|do it|go ahead|confirm(?:ed)?)(?:,? .{0,20})?!*",)),
    (Intent.THANKS, (r"(?:thanks|thank you|thx|cheers|great|perfect|nice|cool|ok|okay)(?: .{0,40})?!*",)),
    (Intent.OVERVIEW, (r"(?:set )?(?:my )?time ?zone(?: is| to)? (?P<value>[a-z]+/[\w/+-]+)",)),
    (
        Intent.REDO,
        (r"redo(?: (?:it|that|this|the (?:last )?(?:change|undo)))?", r"undo (?:the|that|this|my|your)(?: last)? undo"),
    ),
    (
        Intent.UNDO,
        (
            (
                r"(?:undo|revert|take back)(?: (?:it|that|this|(?:(?:the|my|your) )?(?:(?:last|previous|latest) )?"
                rf"(?:(?P<value>{ANY_NUMBER}) )?(?:change|step|action|thing|one)s?))?(?: again)?!*"
            ),
            r"(?:take|put) (?:it|that|this) back!*",
            r"(?:no,? )?(?:that|this|it) was (?:wrong|a mistake|not what i (?:meant|wanted))!*|oops!*",
        ),
    ),
    (
        Intent.RESTORE,
        (r"(?:restore|undelete|recover|bring back) (?P<what>.+)", r"(?:bring|get) (?P<what>.+) back"),
    ),
    (
        Intent.CHANGES,
        (
            rf"(?:what|which tasks?) (?:(?:did|have|has|was|were|i|we|you|been|all) )*(?:{_CHANGED})(?: (?P<what>.+))?",
            (
                r"(?:show|list|tell)(?: me)?(?: (?:the|my|all|your|last|latest|recent))* (?:changes|history)"
                r"(?: (?P<what>.+))?"
            ),
            r"(?:(?:my|the|recent|latest) )*(?:changes|history)(?: (?P<what>.+))?",
        ),
    ),
    (
        Intent.NOTE,
        (
            (
                rf"(?:add|put|write|make)(?: (?:a|the|this))* notes? {_OF} (?P<what>.+?)"
                r"(?: ?: ?|,? (?:saying|that says) )(?P<value>.+)"
            ),
            rf"notes? {_OF} (?P<what>.+?) ?: ?(?P<value>.+)",
            r"add (?P<value>[\"“].+[\"”]) to the notes of (?P<what>.+)",
        ),
    ),
    (Intent.NO_NOTE, (rf"{_REMOVE} notes? {_OF} (?P<what>.+)",)),
    (
        Intent.LABEL,
        (
            rf"(?:add|give|put)(?: (?:a|the))* (?:label|tag) (?P<value>#?[\w-]+) {_OF} (?P<what>.+)",
            rf"(?:add|put) (?P<value>#[\w-]+) {_OF} (?P<what>.+)",
            r"(?:label|tag) (?P<what>.+?) (?:as |with |by )?(?P<value>#?[\w-]+)",
        ),
    ),
    (
        Intent.NO_LABEL,
        (
            rf"{_REMOVE} (?:labels?|tags?)(?: (?P<value>#?[\w-]+))? (?:of|from) (?P<what>.+)",
            rf"{_REMOVE} (?P<value>#[\w-]+)(?: (?:label|tag))? (?:of|from) (?P<what>.+)",
            r"(?:untag|unlabel) (?P<what>.+)",
        ),
    ),
    (Intent.NO_PRIORITY, (rf"{_REMOVE} priority {_OF} (?P<what>.+)",)),
    (
        Intent.PRIORITY,
        (
            rf"(?:set|change|raise|lower)(?: (?:the|its))* priority {_OF} (?P<what>.+?) to {_LEVEL}",
            (
                r"(?:make|mark|set|flag|give|change|turn) (?P<what>.+?)(?: (?:as|to|be|is|a|an))* "
                rf"{_LEVEL}(?: (?:priority|task))?"
            ),
            rf"(?!what|which|who|how|where)(?P<what>.+?)(?: is| are|'s)(?: (?:now|really|a))* {_LEVEL}(?: priority)?",
            r"prioriti[sz]e (?P<what>.+)",
        ),
    ),
    (
        Intent.NO_DATE,
        (
            rf"{_REMOVE} (?:date|deadline) {_OF} (?P<what>.+)",
            r"(?P<what>.+?) has no (?:due )?(?:date|deadline)(?: any ?more)?",
        ),
    ),
    (
        Intent.NO_REPEAT,
        (
            r"(?:stop repeating|do not repeat|don't repeat) (?P<what>.+?)(?: any ?more)?",
            rf"(?:stop|end|remove|clear)(?: the)? (?:repetition|recurrence|series) {_OF} (?P<what>.+)",
            r"(?:make )?(?P<what>.+?)(?: should| does| must)?(?: not|n't| no longer) (?:repeat|recur)(?: any ?more)?",
            r"stop (?P<what>.+?) (?:from )?repeating",
        ),
    ),
    (
        Intent.MOVE,
        (
            r"put (?P<what>.+?) off(?P<value> .+)",
            r"(?:move|reschedule|postpone|push|shift|delay|defer|snooze|put off|bring forward)(?: back)? (?P<what>.+)",
            r"(?:set|change)(?: the)? (?:due date|date|deadline|day|time) (?:of|for) (?P<what>.+)",
            r"(?!what|which)(?P<what>.+?)(?: is| are|'s)(?: now)? due(?P<value> .+)",
        ),
    ),
    (
        Intent.RENAME,
        (
            r"(?:rename|retitle|reword) (?P<what>.+?)(?: (?:to|into|as)|:) (?P<value>.+)",
            r"(?:set|change)(?: the)? (?:title|name|wording) (?:of|for) (?P<what>.+?) (?:to|into) (?P<value>.+)",
            r"call (?P<what>it|that) (?!off\b|back\b|a day\b)(?P<value>.+?)(?: instead)?",
        ),
    ),
    (
        Intent.ADD,
        (
            (
                rf"(?:add|note(?: down)?|jot(?: down)?|write down|put|record|log)(?: me)?(?:{_NOUN})?"
                rf"(?: (?:to|on) (?:my|the) (?:[\w-]+ )?list)?(?:[\s:]+(?P<what>.*))?"
            ),
            rf"(?:create|make|set up|set|start|new)(?:{_NOUN}| task)[\s:]+(?P<what>.+)",
            r"schedule (?P<what>an? .+)",
            r"(?:tasks?|to-?dos?|reminders?) ?:\s*(?P<what>.+)",
            r"remind (?:me|us)(?: (?:to|about|of|that))? (?P<what>.+)",
            r"(?:i|we)(?: also| still| really)* (?:(?:need|have|want|ought|plan) to|must|should) (?P<what>.+)",
            r"(?:i|we)(?: have|'ve) got to (?P<what>.+)",
            r"(?:do not|don'?t) (?:let me )?forget(?: to| about)? (?P<what>.+)",
            r"remember to (?P<what>.+)",
        ),
    ),
    (
        Intent.CHANGE,
        (r"(?:change|edit|update|make|set|turn|switch|schedule) (?P<what>.+)", r"repeat (?P<what>.+)"),
    ),
    (
        Intent.LIST,
        (
            r"(?P<what>(?:what|which tasks?) (?:did|have|was|were|has)(?: \w+){0,2} (?:delete|remove)d?\b.*)",
            r"(?P<what>(?:show|list)(?: me)?(?: (?:my|the|all))* deleted\b.*)",
            r"what(?: is|'s) in (?P<what>(?:the|my) (?:trash|bin))",
        ),
    ),
    (
        Intent.OVERVIEW,
        (
            r"(?:what(?:'s| is)? (?:the )?|which )(?:day|date|time)\b.*",
            r"(?:how many|overview|summary|status|how am i doing|plan my day)\b.*",
            r"how (?:is|does) my (?:day|week|list)\b.*",
        ),
    ),
    (
        Intent.FIND,
        (
            r"(?:find|search(?: for)?|look for|look up) (?P<what>.+)",
            r"when(?:'s| is| are| do i (?:have|need) to| must i| should i) (?P<what>.+)",
            (
                r"(?:show(?: me)?|list|what(?:'s| is)?|anything) (?:(?:my|the|all|tasks?|everything|is) )*"
                r"(?:with(?: the)? (?:label|tag)|labell?ed|tagged)(?: as| with)? (?P<value>#?[\w-]+)"
            ),
            r"(?:show(?: me)?|list) (?:(?:my|the|all|tasks?|everything) )*(?:about|with|for|named|called) (?P<what>.+)",
            (
                r"(?:do i have|have i got|is there|are there) (?:(?:a|any|tasks?|anything|something) )+"
                r"(?:about|with|for|named|called|to) (?P<what>.+)"
            ),
            r"is (?P<what>.+) on (?:my|the) list",
            r"what(?:'s| is| are)(?: the)? notes? (?:of|on|for|in) (?P<what>.+)",
            r"show(?: me)? (?P<value>#[\w-]+)",
            r"show(?: me)? (?P<what>.+)",
        ),
    ),
    (
        Intent.REOPEN,
        (
            r"(?:re-?open|un-?check|un-?tick|un-?mark|un-?complete) (?P<what>.+)",
            r"mark (?P<what>.+?)(?: as)? (?:open|undone|not (?:yet )?(?:done|finished)|incomplete)(?: again)?",
            r"(?P<what>.+?)(?: is| are|'s)?(?: not|n't) (?:yet )?(?:done|finished|complete)(?: yet| after all)?",
            (
                rf"(?:i|we) (?:did not|didn't|have not|haven't)(?: yet)? (?:do|finish|complete|{_PAST}) "
                r"(?P<what>.+?)(?: yet| after all)?"
            ),
            r"(?:i|we) (?:did not|didn't|have not|haven't)(?: yet| after all)?",
        ),
    ),
    (
        Intent.COMPLETE,
        (
            (
                r"(?:(?:i'?m |we'?re |i am )?(?:done|finished) with|complete|finish|close|check|tick|cross|mark)"
                r"(?: off)? (?P<what>.+?)(?: as| is)?(?: done| complete| completed| finished| off)?"
            ),
            rf"(?:i|we)(?:'ve| have)?(?: just| already)? (?:{_PAST}) (?P<what>.+)",
            r"(?P<what>.+?)(?: is| are)?(?: both| all)? (?:done|finished|completed)",
        ),
    ),
    (
        Intent.DELETE,
        (
            (
                r"(?:delete|remove|erase|drop|scrap|bin|trash|discard|get rid of|throw away|clear|empty)(?: out)? "
                r"(?P<what>.+?)(?: (?:from|off) (?:my|the) (?:[\w-]+ )?list)?"
            ),
            r"take (?P<what>.+?) off (?:my|the) (?:[\w-]+ )?list",
        ),
    ),
    (Intent.ADD, (rf"(?P<what>(?:{_BARE_VERB}) (?!(?:me|us|you|it|that|this|them)\b).+)",)),
)
