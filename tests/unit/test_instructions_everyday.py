"""Everyday words for what clients and freelancers want, in English and German."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from intake.instructions import (
    Accept,
    Ambiguous,
    Close,
    Confidential,
    ForProject,
    Help,
    Instruction,
    IsKind,
    Keep,
    KnownDocument,
    Later,
    Leave,
    NotApplicable,
    NotConfidential,
    Pause,
    Resume,
    ResumeReminding,
    Scope,
    SomeoneElse,
    Status,
    StopReminding,
    Undo,
    Veto,
    Waive,
    read,
)
from intake.model import Address, ItemName, ItemState, Kind
from tests.unit.instruction_cast import (
    ANNA,
    CALENDAR,
    CONTACT,
    DECK,
    FREELANCER,
    GUIDE,
    JO,
    LAUNCH,
    OFFERED,
    POSTS,
    QUARTERLY,
    SPRING,
    YEARLY,
    arrived,
)

ASKED: tuple[tuple[str, tuple[Instruction, ...]], ...] = (
    ("We don't run events, so there is no calendar.", (NotApplicable(CALENDAR),)),
    ("Checked with everyone, nobody here has ever written a blog post.", (NotApplicable(POSTS),)),
    ("I looked everywhere and there is no brand guide.", (NotApplicable(GUIDE),)),
    (
        "No one at Acme has ever made a brand guide, you can take it off the list.",
        (NotApplicable(GUIDE),),
    ),
    ("Take the event calendar off the list please.", (NotApplicable(CALENDAR),)),
    ("You can cross number 4 off your list.", (NotApplicable(CALENDAR),)),
    ("Please strike 4 from the list, we don't have it", (NotApplicable(CALENDAR),)),
    (
        "We don't have an event calendar. Please remove it from the list.",
        (NotApplicable(CALENDAR),),
    ),
    ("We do not make quarterly roadmaps, only a yearly one.", (NotApplicable(QUARTERLY),)),
    ("There's no quarterly roadmap, only the yearly one.", (NotApplicable(QUARTERLY),)),
    ("Wir machen keine Quartalsroadmap, nur eine Jahresroadmap.", (NotApplicable(QUARTERLY),)),
    ("Ich habe überall gefragt, einen Brand Guide gibt es bei uns nicht.", (NotApplicable(GUIDE),)),
    ("Einen Blog haben wir nie gehabt, bitte von der Liste nehmen.", (NotApplicable(POSTS),)),
    ("Nehmt den Eventkalender bitte von der Liste.", (NotApplicable(CALENDAR),)),
    ("We're a two person company, there's no brand guide.", (NotApplicable(GUIDE),)),
    ("As a small shop we've never bothered with a brand guide.", (NotApplicable(GUIDE),)),
    ("No event calendar I'm afraid.", (NotApplicable(CALENDAR),)),
    (
        "I'm afraid there is no such thing as an event calendar at our company",
        (NotApplicable(CALENDAR),),
    ),
    ("The event calendar doesn't exist and never has.", (NotApplicable(CALENDAR),)),
    ("4 is not something we have.", (NotApplicable(CALENDAR),)),
    ("Nothing for 4 and 5 from us.", (NotApplicable(CALENDAR), NotApplicable(POSTS))),
    (
        "We have neither a blog nor an event calendar.",
        (NotApplicable(POSTS), NotApplicable(CALENDAR)),
    ),
    ("Points 4 and 6 don't apply to us.", (NotApplicable(CALENDAR), NotApplicable(GUIDE))),
    ("Wir haben weder Blog noch Eventkalender.", (NotApplicable(POSTS), NotApplicable(CALENDAR))),
    ("Für 4 und 5 haben wir leider nichts.", (NotApplicable(CALENDAR), NotApplicable(POSTS))),
    ("Nummer 4 gibt es bei uns so nicht.", (NotApplicable(CALENDAR),)),
    ("Past event calendar: none.", (NotApplicable(CALENDAR),)),
    ("We have no past event calendar.", (NotApplicable(CALENDAR),)),
    (
        "We don't have a past event calendar or old blog posts",
        (NotApplicable(CALENDAR), NotApplicable(POSTS)),
    ),
    ("The deck needs another few days.", (Later(DECK),)),
    ("Give us a couple more days for the blog posts.", (Later(POSTS, date(2026, 11, 25)),)),
    ("For the brand guide we need some more time to clean it up.", (Later(GUIDE),)),
    ("I need two more weeks for the yearly roadmap.", (Later(YEARLY, date(2026, 12, 7)),)),
    ("Brand guide: a few more days please.", (Later(GUIDE),)),
    ("Roadmap for the year: I'll need until 12 December.", (Later(YEARLY, date(2026, 12, 12)),)),
    (
        "Still waiting for our CEO to approve the investor deck, will send it on Thursday.",
        (Later(DECK, date(2026, 11, 26)),),
    ),
    ("We are still collecting the blog posts.", (Later(POSTS),)),
    ("I'm just putting the finishing touches on the deck.", (Later(DECK),)),
    (
        "Working on 1 and 6, you can expect them by Friday.",
        (Later(DECK, date(2026, 11, 27)), Later(GUIDE, date(2026, 11, 27))),
    ),
    (
        "2 and 3 are in progress, both should be with you by 12 December.",
        (Later(QUARTERLY, date(2026, 12, 12)), Later(YEARLY, date(2026, 12, 12))),
    ),
    (
        "1 and 2 tomorrow, 3 next week.",
        (
            Later(DECK, date(2026, 11, 24)),
            Later(QUARTERLY, date(2026, 11, 24)),
            Later(YEARLY, date(2026, 12, 4)),
        ),
    ),
    (
        "You'll have both roadmaps by the end of next week.",
        (Later(QUARTERLY, date(2026, 12, 4)), Later(YEARLY, date(2026, 12, 4))),
    ),
    (
        "The two roadmaps follow on Friday.",
        (Later(QUARTERLY, date(2026, 11, 27)), Later(YEARLY, date(2026, 11, 27))),
    ),
    (
        "The event calendar is sitting with legal, should be out next week",
        (Later(CALENDAR, date(2026, 12, 4)),),
    ),
    (
        "Got held up with other things, the deck will be there on Wednesday.",
        (Later(DECK, date(2026, 11, 25)),),
    ),
    ("Sorry for the delay! Deck is coming on Monday.", (Later(DECK, date(2026, 11, 30)),)),
    (
        "We're a bit behind, the yearly roadmap won't be ready before Christmas.",
        (Later(YEARLY, date(2026, 12, 24)),),
    ),
    ("Die Quartalsroadmap dauert noch ein paar Tage.", (Later(QUARTERLY),)),
    ("Für die Blogbeiträge brauchen wir noch ein paar Tage.", (Later(POSTS),)),
    ("Blogbeiträge brauchen noch etwas, die suche ich noch raus.", (Later(POSTS),)),
    (
        "An 2 und 3 arbeiten wir noch, beides kommt bis 10. Dezember.",
        (Later(QUARTERLY, date(2026, 12, 10)), Later(YEARLY, date(2026, 12, 10))),
    ),
    (
        "Der Brand Guide wird gerade überarbeitet, ihr bekommt ihn am Donnerstag.",
        (Later(GUIDE, date(2026, 11, 26)),),
    ),
    (
        "Das Deck muss noch vom Vorstand freigegeben werden, kommt nächste Woche.",
        (Later(DECK, date(2026, 12, 4)),),
    ),
    ("Eventkalender reiche ich nach", (Later(CALENDAR),)),
    ("Die Jahresroadmap liefern wir im Januar.", (Later(YEARLY, date(2027, 1, 31)),)),
    ("Das Deck schaffe ich erst nächste Woche.", (Later(DECK, date(2026, 12, 4)),)),
    ("Ich brauche noch bis Freitag für den Brand Guide.", (Later(GUIDE, date(2026, 11, 27)),)),
    ("I don't have the brand guide here, Jo Miller has it.", (SomeoneElse(GUIDE, JO, "Jo"),)),
    (
        "The brand guide isn't with me, it's with our agency.",
        (SomeoneElse(GUIDE, name="our agency"),),
    ),
    (
        "That's not mine, the investor deck is with Peter Hall, peter.hall@acme.example",
        (SomeoneElse(DECK, Address("peter.hall@acme.example"), "Peter Hall"),),
    ),
    (
        "Our blog is run by Sara Lind (sara@acme.example), please ask her for the posts.",
        (SomeoneElse(POSTS, Address("sara@acme.example")),),
    ),
    ("Jo looks after the event calendar.", (SomeoneElse(CALENDAR, JO, "Jo"),)),
    ("You should talk to Jo about the event calendar.", (SomeoneElse(CALENDAR, JO, "Jo"),)),
    ("you'd best ask Anna for the brand guide", (SomeoneElse(GUIDE, ANNA, "Anna"),)),
    ("The investor deck is Jo's job.", (SomeoneElse(DECK, JO, "Jo"),)),
    ("Blog posts are Anna's area, she'll send them over.", (SomeoneElse(POSTS, ANNA, "Anna"),)),
    (
        "I'm the wrong person for the roadmap 2027, please contact Jo Miller.",
        (SomeoneElse(YEARLY, JO, "Jo"),),
    ),
    ("Please get the event calendar from Anna.", (SomeoneElse(CALENDAR, ANNA, "Anna"),)),
    (
        "Jo Miller can send you both roadmaps.",
        (SomeoneElse(QUARTERLY, JO, "Jo"), SomeoneElse(YEARLY, JO, "Jo")),
    ),
    (
        "As for the deck, our CFO Tom Berger has it, tom.berger@acme.example.",
        (SomeoneElse(DECK, Address("tom.berger@acme.example"), "our Cfo Tom Berger"),),
    ),
    (
        "The brand guide lives with marketing, ask Lena Roth (lena.roth@acme.example).",
        (SomeoneElse(GUIDE, Address("lena.roth@acme.example"), "Lena Roth"),),
    ),
    (
        "Den Eventkalender habe ich nicht selbst, der liegt bei Jo Miller.",
        (SomeoneElse(CALENDAR, JO, "Jo"),),
    ),
    (
        "Das Deck hat unser Finanzchef, Tom Berger, tom.berger@acme.example",
        (SomeoneElse(DECK, name="unser Finanzchef"),),
    ),
    ("Für die Blogbeiträge ist Anna zuständig.", (SomeoneElse(POSTS, ANNA, "Anna"),)),
    ("Um den Brand Guide kümmert sich Anna Weber.", (SomeoneElse(GUIDE, ANNA, "Anna"),)),
    (
        "Die Roadmaps (2 und 3) macht Jo Miller.",
        (SomeoneElse(QUARTERLY, JO, "Jo"), SomeoneElse(YEARLY, JO, "Jo")),
    ),
    ("Bitte wendet euch wegen des Decks an Jo.", (SomeoneElse(DECK, JO, "Jo"),)),
    (
        "Der Brand Guide liegt bei unserer Agentur, Ansprechpartnerin ist Lisa Kern, lisa@brightside.example",
        (SomeoneElse(GUIDE, Address("lisa@brightside.example"), "Lisa Kern"),),
    ),
    ("Guidelines v2 is our brand guide.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("Guidelines v2 is the brand guide you asked for", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("The file Guidelines v2 is the brand guide.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    (
        "you already have the brand guide, it's Guidelines v2.pdf",
        (IsKind(2, Kind("brand_guide"), GUIDE),),
    ),
    ("You already have the brand guide: file 2.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("Re brand guide: that's file 2.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("File 1 is a press release, not a deck.", (IsKind(1, Kind("press_release")),)),
    ("File 1 isn't a deck but a press release", (IsKind(1, Kind("press_release")),)),
    ("Datei 1 ist kein Deck, das ist eine Fallstudie.", (IsKind(1, Kind("case_study")),)),
    ("deck.pdf ist eine Fallstudie und kein Deck", (IsKind(1, Kind("case_study")),)),
    ("Der Brand Guide ist Datei 2.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("Guidelines v2 ist der Brand Guide", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    (
        "File 3 should be filed as an event calendar.",
        (IsKind(3, Kind("event_calendar"), CALENDAR),),
    ),
    ("Please move deck.pdf to the Q4 launch.", (ForProject(LAUNCH, 1),)),
    ("Leave deck.pdf out please.", (Leave(1),)),
    ("Can you take roadmap.xlsx out again? Wrong file.", (Leave(3),)),
    ("Please throw out file 2.", (Leave(2),)),
    ("Don't use file 2, it's outdated.", (Leave(2),)),
    ("deck.pdf is an old version, please ignore it.", (Leave(1),)),
    ("You can delete file 3, I sent the wrong one.", (Leave(3),)),
    ("Guidelines v2 was a mistake, please ignore.", (Leave(2),)),
    ("We sent you roadmap.xlsx by mistake.", (Leave(3),)),
    ("Lasst deck.pdf bitte weg, das ist eine alte Version.", (Leave(1),)),
    ("Datei 2 ist versehentlich mitgekommen.", (Leave(2),)),
    ("Guidelines v2 bitte nicht verwenden, das ist nur ein Entwurf.", (Leave(2),)),
    ("Vergesst bitte die roadmap.xlsx, die ist veraltet.", (Leave(3),)),
    ("Everything we share with you is confidential.", (Confidential(Scope.PROJECT),)),
    ("All documents of this project are strictly confidential.", (Confidential(Scope.PROJECT),)),
    ("Please treat everything we send as confidential.", (Confidential(Scope.PROJECT),)),
    ("The entire project is under NDA.", (Confidential(Scope.PROJECT),)),
    ("Das ganze Projekt ist vertraulich.", (Confidential(Scope.PROJECT),)),
    ("File 2 is the brand guide you keep asking for.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("Zu 5: haben wir auch nicht.", (NotApplicable(POSTS),)),
    ("Alles, was wir euch schicken, ist vertraulich.", (Confidential(Scope.PROJECT),)),
    ("Das Deck ist vertraulich, bitte nicht weitergeben.", (Confidential(Scope.DOCUMENT, 1),)),
    ("No more reminders please, I'll get in touch once I have everything.", (StopReminding(),)),
    ("Please don't remind me any more, I'll let you know when it's done.", (StopReminding(),)),
    ("Could you stop the reminders? I know what's missing.", (StopReminding(),)),
    ("I don't need reminders, thanks.", (StopReminding(),)),
    ("Please stop the nagging.", (StopReminding(),)),
    ("Bitte hört mit den Erinnerungen auf.", (StopReminding(),)),
    ("Bitte keine weiteren Mails, ich habe es auf dem Schirm.", (StopReminding(),)),
    ("Erinnert mich bitte nicht mehr.", (StopReminding(),)),
    ("You may start reminding us again.", (ResumeReminding(),)),
    ("You're welcome to remind us again.", (ResumeReminding(),)),
    ("Reminders are fine again now.", (ResumeReminding(),)),
    ("We're back, so reminders are welcome again", (ResumeReminding(),)),
    ("Please switch the reminders on again.", (ResumeReminding(),)),
    ("Du kannst mich wieder erinnern.", (ResumeReminding(),)),
    ("Ihr dürft uns wieder erinnern.", (ResumeReminding(),)),
    ("Erinnerungen gern wieder", (ResumeReminding(),)),
    (
        "No reminders until 10 December please, we're moving offices.",
        (StopReminding(date(2026, 12, 10)),),
    ),
    ("Bitte bis 10. Dezember keine Erinnerungen", (StopReminding(date(2026, 12, 10)),)),
    ("Please forget what I wrote yesterday.", (Undo(),)),
    (
        "Event calendars aren't really our thing, so nothing to send there.",
        (NotApplicable(CALENDAR),),
    ),
    ("We don't keep a blog, so number 5 can be dropped.", (NotApplicable(POSTS),)),
    ("Sadly we have never produced anything like a brand guide.", (NotApplicable(GUIDE),)),
    ("brand guide = doesn't exist", (NotApplicable(GUIDE),)),
    ("there isn't a yearly roadmap, we work in quarters", (NotApplicable(YEARLY),)),
    ("Please mark 4 as not applicable.", (NotApplicable(CALENDAR),)),
    ("You can tick off the event calendar, we have none.", (NotApplicable(CALENDAR),)),
    ("Our company has no event calendar, we only attend trade fairs.", (NotApplicable(CALENDAR),)),
    ("Neither of the roadmaps exists.", (NotApplicable(QUARTERLY), NotApplicable(YEARLY))),
    ("Wir führen keinen Eventkalender.", (NotApplicable(CALENDAR),)),
    (
        "Den Punkt 4 könnt ihr streichen, Veranstaltungen machen wir nicht.",
        (NotApplicable(CALENDAR),),
    ),
    ("Eventkalender: haben wir nicht, brauchen wir nicht.", (NotApplicable(CALENDAR),)),
    ("Ein Blog existiert bei uns nicht.", (NotApplicable(POSTS),)),
    ("Für Punkt 6 gibt es bei uns nichts.", (NotApplicable(GUIDE),)),
    ("Punkt 4 trifft auf uns nicht zu.", (NotApplicable(CALENDAR),)),
    (
        "zu 4: haben wir nicht, zu 6: kommt am Freitag",
        (NotApplicable(CALENDAR), Later(GUIDE, date(2026, 11, 27))),
    ),
    ("Deck: will send Friday.", (Later(DECK, date(2026, 11, 27)),)),
    ("I hope to get the deck over to you by Thursday.", (Later(DECK, date(2026, 11, 26)),)),
    (
        "The brand guide is with the printers, I'll have it back on 7 December.",
        (Later(GUIDE, date(2026, 12, 7)),),
    ),
    (
        "We're about to finish the yearly roadmap, you'll get it in two weeks.",
        (Later(YEARLY, date(2026, 12, 7)),),
    ),
    ("I'd need a bit longer for number 3.", (Later(YEARLY),)),
    ("Please be patient with the deck, we're on it.", (Later(DECK),)),
    ("Hang on for the brand guide, it's nearly done.", (Later(GUIDE),)),
    ("the roadmap for 2027 will be with you by christmas", (Later(YEARLY, date(2026, 12, 24)),)),
    ("We're aiming to finish the deck this week.", (Later(DECK, date(2026, 11, 27)),)),
    ("Haven't got round to the blog posts yet.", (Later(POSTS),)),
    (
        "Haven't had time for the event calendar yet, will do it tomorrow.",
        (Later(CALENDAR, date(2026, 11, 24)),),
    ),
    ("I'll upload the deck tonight.", (Later(DECK, date(2026, 11, 23)),)),
    ("Ich kümmere mich um das Deck, kommt bis Mittwoch.", (Later(DECK, date(2026, 11, 25)),)),
    ("Das Deck hängt noch beim Vorstand.", (Later(DECK),)),
    (
        "Der Brand Guide ist in der Mache und kommt nächste Woche.",
        (Later(GUIDE, date(2026, 12, 4)),),
    ),
    ("Bis zum 4. Dezember habt ihr das Deck.", (Later(DECK, date(2026, 12, 4)),)),
    ("Beim Eventkalender brauche ich noch eine Woche.", (Later(CALENDAR, date(2026, 11, 30)),)),
    (
        "Deck kommt Donnerstag, Brand Guide nächste Woche.",
        (Later(DECK, date(2026, 11, 26)), Later(GUIDE, date(2026, 12, 4))),
    ),
    (
        "Geben Sie mir bitte noch bis Montag Zeit für die Blogbeiträge.",
        (Later(POSTS, date(2026, 11, 30)),),
    ),
    ("The person for the brand guide is Anna.", (SomeoneElse(GUIDE, ANNA, "Anna"),)),
    ("Anna Weber is in charge of the brand guide.", (SomeoneElse(GUIDE, ANNA, "Anna"),)),
    (
        "Our designer Max Vogel keeps the brand guide, his address is max@vogel.example",
        (SomeoneElse(GUIDE, name="Our designer Max Vogel"),),
    ),
    (
        "For anything about the roadmaps please contact Jo.",
        (SomeoneElse(QUARTERLY, JO, "Jo"), SomeoneElse(YEARLY, JO, "Jo")),
    ),
    ("Jo is responsible for the event calendar.", (SomeoneElse(CALENDAR, JO, "Jo"),)),
    ("deck: ask Jo", (SomeoneElse(DECK, JO, "Jo"),)),
    (
        "Regarding the deck please get in touch with Tom Berger (tom.berger@acme.example).",
        (SomeoneElse(DECK, Address("tom.berger@acme.example"), "Tom Berger"),),
    ),
    ("The event calendar is managed by Anna.", (SomeoneElse(CALENDAR, ANNA, "Anna"),)),
    ("You'd need to ask Anna about number 5.", (SomeoneElse(POSTS, ANNA, "Anna"),)),
    ("Wegen des Eventkalenders fragt bitte Jo Miller.", (SomeoneElse(CALENDAR, JO, "Jo"),)),
    ("Anna kümmert sich bei uns um den Blog.", (SomeoneElse(POSTS, ANNA, "Anna"),)),
    ("Das Deck bekommt ihr von Jo.", (SomeoneElse(DECK, JO, "Jo"),)),
    (
        "Punkt 6 macht bei uns die Agentur, lisa@brightside.example",
        (SomeoneElse(GUIDE, Address("lisa@brightside.example"), "die Agentur"),),
    ),
    (
        "Die Jahresroadmap hat unser Geschäftsführer Karl Roth, karl.roth@acme.example",
        (
            SomeoneElse(
                YEARLY, Address("karl.roth@acme.example"), "unser Geschaeftsfuehrer Karl Roth"
            ),
        ),
    ),
    (
        "file 2 = brand guide, file 3 = event calendar",
        (IsKind(2, Kind("brand_guide"), GUIDE), IsKind(3, Kind("event_calendar"), CALENDAR)),
    ),
    ("Please treat file 2 as the brand guide.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    (
        "The document called Guidelines v2 is our brand guide.",
        (IsKind(2, Kind("brand_guide"), GUIDE),),
    ),
    (
        "File 3 isn't a roadmap at all, it's the event calendar.",
        (IsKind(3, Kind("event_calendar"), CALENDAR),),
    ),
    (
        "You got file 3 wrong, it's an event calendar.",
        (IsKind(3, Kind("event_calendar"), CALENDAR),),
    ),
    (
        "Just noticed deck.pdf is listed as a deck, it's actually a case study.",
        (IsKind(1, Kind("case_study")),),
    ),
    ("Guidelines v2.pdf was meant as the brand guide.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("Bei Datei 2 handelt es sich um den Brand Guide.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    (
        "Datei 3 ist unser Eventkalender, nicht die Roadmap.",
        (IsKind(3, Kind("event_calendar"), CALENDAR),),
    ),
    ("Datei 2 bitte als Brand Guide ablegen.", (IsKind(2, Kind("brand_guide"), GUIDE),)),
    ("roadmap.xlsx ist für den Q4 launch", (ForProject(LAUNCH, 3),)),
    ("Could you remove file 3? It was sent by mistake.", (Leave(3),)),
    ("I sent file 2 by accident, please delete it.", (Leave(2),)),
    ("roadmap.xlsx is not meant for you, please disregard.", (Leave(3),)),
    ("Kindly ignore the file deck.pdf", (Leave(1),)),
    ("Please don't count file 1.", (Leave(1),)),
    ("Ignore Guidelines v2, I'll send the right one tomorrow.", (Leave(2),)),
    ("Forget about deck.pdf, that was an old one.", (Leave(1),)),
    ("Datei 3 könnt ihr löschen.", (Leave(3),)),
    ("Sorry, deck.pdf war die falsche Datei.", (Leave(1),)),
    ("Bitte Datei 2 ignorieren, die ist veraltet.", (Leave(2),)),
    ("roadmap.xlsx bitte wieder rausnehmen", (Leave(3),)),
    ("Please keep the deck to yourselves.", (Confidential(Scope.DOCUMENT, 1),)),
    ("The content of this mail is confidential.", (Confidential(Scope.MAIL),)),
    ("File 3 is for your eyes only.", (Confidential(Scope.DOCUMENT, 3),)),
    ("deck.pdf is under NDA", (Confidential(Scope.DOCUMENT, 1),)),
    ("Bitte behandelt Datei 3 streng vertraulich.", (Confidential(Scope.DOCUMENT, 3),)),
    ("Die Roadmap unterliegt dem NDA.", (Confidential(Scope.DOCUMENT, 3),)),
    ("I get the message, no more reminders please.", (StopReminding(),)),
    ("Stop emailing me about this please.", (StopReminding(),)),
    ("Enough reminders for now, thanks.", (StopReminding(),)),
    ("You can stop reminding us, we're on it.", (StopReminding(),)),
    ("Please pause the reminders until the 7th of December.", (StopReminding(date(2026, 12, 7)),)),
    ("Don't send any more reminders until January please.", (StopReminding(date(2027, 1, 1)),)),
    ("Bitte stellt die Erinnerungen ein.", (StopReminding(),)),
    ("Keine Erinnerungen mehr bitte!", (StopReminding(),)),
    ("OK, you can start sending reminders again.", (ResumeReminding(),)),
    ("Reminders can go on again.", (ResumeReminding(),)),
    ("Please restart the reminders.", (ResumeReminding(),)),
    ("Ab jetzt gern wieder Erinnerungen.", (ResumeReminding(),)),
    ("Ihr könnt die Erinnerungen wieder einschalten.", (ResumeReminding(),)),
    ("That last email was a mistake, please disregard it.", (Undo(),)),
    ("Bitte macht meine letzte Änderung rückgängig.", (Undo(),)),
    ("Bitte vergesst, was ich gestern geschrieben habe.", (Undo(),)),
)


COMMANDED: tuple[tuple[str, tuple[Instruction, ...]], ...] = (
    ("waive the event calendar, we don't need that", (Waive(CALENDAR),)),
    ("We don't need the blog posts any more.", (Waive(POSTS),)),
    ("you can drop item 5", (Waive(POSTS),)),
    ("item 5 can go, we have enough", (Waive(POSTS),)),
    ("I don't need 3 any longer, take it off the list", (Waive(YEARLY),)),
    ("skip the yearly roadmap, not needed anymore", (Waive(YEARLY),)),
    ("Den Jahresplan brauchen wir nicht mehr, bitte streichen.", (Waive(YEARLY),)),
    ("the client has an event calendar, I saw it", (Veto(CALENDAR),)),
    ("There is an event calendar, it is on their site.", (Veto(CALENDAR),)),
    ("They do have one, please keep asking for it", (Veto(CALENDAR),)),
    ("Doch, den Eventkalender haben die.", (Veto(CALENDAR),)),
    ("let's continue", (Resume(),)),
    ("ok let's carry on", (Resume(),)),
    ("we can go on now, they are back", (Resume(),)),
    ("please resume the project", (Resume(),)),
    ("The client is back, you can resume.", (Resume(),)),
    ("you can start again", (Resume(),)),
    ("ok, weiter gehts", (Resume(),)),
    ("Bitte mit dem Projekt weitermachen.", (Resume(),)),
    ("Wir können weitermachen", (Resume(),)),
    ("all done, please close it", (Close(),)),
    ("you can close this one now", (Close(),)),
    ("we have everything we need, close the project please", (Close(),)),
    ("Das Projekt ist fertig, bitte abschließen.", (Close(),)),
    ("Du kannst das Projekt schließen, wir haben alles.", (Close(),)),
    ("what's still missing?", (Status(),)),
    ("what is the status of the Q4 launch?", (Status(LAUNCH),)),
    ("where do we stand with q4 launch?", (Status(LAUNCH),)),
    ("how are we doing?", (Status(),)),
    ("Can you send me a status update?", (Status(),)),
    ("any update on spring campaign?", (Status(SPRING),)),
    ("Was fehlt noch?", (Status(),)),
    ("Wie läuft es bei Q4 launch?", (Status(LAUNCH),)),
    ("Wie weit sind wir?", (Status(),)),
    ("which commands do you know?", (Help(),)),
    ("what can I tell you?", (Help(),)),
    ("Welche Befehle kennst du?", (Help(),)),
    ("can you pause this until 10 January?", (Pause(until=date(2027, 1, 10)),)),
    ("let's put this on hold till 7 January", (Pause(until=date(2027, 1, 7)),)),
    ("Leg das Projekt bitte auf Eis.", (Pause(),)),
    ("File 3 is okay, please take it", (Accept(3),)),
    ("file 2 looks right, accept it", (Accept(2),)),
    ("2 and 3 are fine", (Accept(2), Accept(3))),
    ("Datei 2 und 3 sind in Ordnung.", (Accept(2), Accept(3))),
    ("file 2 isn't confidential", (NotConfidential(Scope.DOCUMENT, 2),)),
    ("give me the status of q4 launch", (Status(LAUNCH),)),
    ("what has come in so far?", (Status(),)),
    ("how far are we with Spring campaign?", (Status(SPRING),)),
    ("status?", (Status(),)),
    ("Wo stehen wir bei Q4 launch?", (Status(LAUNCH),)),
    ("Gib mir mal einen Überblick", (Status(),)),
    ("what else is open?", (Status(),)),
    ("please close the project, everything is here", (Close(),)),
    ("Let's wrap this up.", (Close(),)),
    ("this project is finished, close it", (Close(),)),
    ("Projekt ist fertig, bitte schließen", (Close(),)),
    ("Pausiere das Projekt bitte bis zum 8. Januar.", (Pause(until=date(2027, 1, 8)),)),
    ("Please put Q4 launch on hold.", (Pause(LAUNCH),)),
    ("please continue now", (Resume(),)),
    ("go on with the project please", (Resume(),)),
    ("Du kannst jetzt weitermachen.", (Resume(),)),
    ("Bitte das Projekt fortsetzen", (Resume(),)),
    ("help please", (Help(),)),
    ("How does this work?", (Help(),)),
    ("Was kann ich alles sagen?", (Help(),)),
    ("accept both files please", (Accept(2), Accept(3))),
    ("Take file 2, it's fine.", (Accept(2),)),
    ("file 3 is good", (Accept(3),)),
    ("Datei 3 kannst du nehmen.", (Accept(3),)),
    ("2 is fine, take it", (Accept(2),)),
    ("we can do without the event calendar", (Waive(CALENDAR),)),
    ("no need for blog posts in this one", (Waive(POSTS),)),
    ("Please drop the yearly roadmap from the list.", (Waive(YEARLY),)),
    ("I no longer need item 5.", (Waive(POSTS),)),
    ("Die Blogbeiträge brauche ich nicht.", (Waive(POSTS),)),
    ("5 bitte streichen", (Waive(POSTS),)),
    ("Please keep asking for the event calendar, they have one.", (Veto(CALENDAR),)),
    ("That's wrong, they do have a calendar.", (Veto(CALENDAR),)),
    ("I still need the event calendar.", (Veto(CALENDAR),)),
    ("Den Kalender brauche ich trotzdem.", (Veto(CALENDAR),)),
    ("Die haben definitiv einen Eventkalender.", (Veto(CALENDAR),)),
    ("file 1 is not confidential any more", (NotConfidential(Scope.DOCUMENT, 1),)),
    ("file 2 is a case study", (IsKind(2, Kind("case_study")),)),
)


KEPT: tuple[tuple[str, tuple[Instruction, ...]], ...] = (
    ("You can reuse the old deck.", (Keep(DECK),)),
    ("Both are still current.", (Keep(DECK), Keep(GUIDE))),
    ("they are both still up to date", (Keep(DECK), Keep(GUIDE))),
    ("1 and 6 are unchanged.", (Keep(DECK), Keep(GUIDE))),
    ("6 is still current, 1 is not.", (Keep(GUIDE),)),
    ("Keep the previous brand guide.", (Keep(GUIDE),)),
    ("The brand guide from the last project is still valid.", (Keep(GUIDE),)),
    ("The brand guide hasn't changed since last year, keep it.", (Keep(GUIDE),)),
    ("Feel free to use the existing deck again.", (Keep(DECK),)),
    ("please carry both over", (Keep(DECK), Keep(GUIDE))),
    (
        "Deck: keep. Brand guide: new one coming on Friday.",
        (Keep(DECK), Later(GUIDE, date(2026, 11, 27))),
    ),
    ("keep 6, the new deck follows on 5 December", (Keep(GUIDE), Later(DECK, date(2026, 12, 5)))),
    ("Nothing has changed, please use the ones you have.", (Keep(DECK), Keep(GUIDE))),
    ("Yes to both, they're still right", (Keep(DECK), Keep(GUIDE))),
    ("No need for a new brand guide, the old one is still in use.", (Keep(GUIDE),)),
    ("Den alten Brand Guide könnt ihr weiter nutzen.", (Keep(GUIDE),)),
    ("Ihr könnt beide behalten.", (Keep(DECK), Keep(GUIDE))),
    ("Die alten Sachen passen noch.", (Keep(DECK), Keep(GUIDE))),
    ("Der Brand Guide vom letzten Mal gilt noch", (Keep(GUIDE),)),
    ("1 und 6 sind noch aktuell", (Keep(DECK), Keep(GUIDE))),
    (
        "Das alte Deck bitte behalten, aber der Brand Guide kommt neu am Freitag.",
        (Keep(DECK), Later(GUIDE, date(2026, 11, 27))),
    ),
    ("Der Brand Guide hat sich nicht geändert.", (Keep(GUIDE),)),
    ("behaltet beides", (Keep(DECK), Keep(GUIDE))),
    ("Use the old ones please.", (Keep(DECK), Keep(GUIDE))),
    ("The brand guide is the same as last year.", (Keep(GUIDE),)),
    ("No changes to the brand guide.", (Keep(GUIDE),)),
    ("Please continue to use our current deck.", (Keep(DECK),)),
    ("1: keep, 6: new one coming", (Keep(DECK), Later(GUIDE))),
    ("Brand guide is fine as is.", (Keep(GUIDE),)),
    ("all still good!", (Keep(DECK), Keep(GUIDE))),
    ("Keep everything.", (Keep(DECK), Keep(GUIDE))),
    ("Both still apply, no need to ask again.", (Keep(DECK), Keep(GUIDE))),
    ("deck: old one is fine.", (Keep(DECK),)),
    ("Den Brand Guide bitte so lassen.", (Keep(GUIDE),)),
    ("Das Deck kann so bleiben.", (Keep(DECK),)),
    ("Nutzt einfach die alten Versionen.", (Keep(DECK), Keep(GUIDE))),
    ("Beim Brand Guide hat sich nichts geändert.", (Keep(GUIDE),)),
    ("Deck ist aktuell, Brand Guide auch.", (Keep(DECK), Keep(GUIDE))),
    ("nehmt die alten", (Keep(DECK), Keep(GUIDE))),
)


@pytest.mark.parametrize(("mail", "asked"), ASKED)
def test_what_a_contact_asks_for_is_read(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=CONTACT) == asked


@pytest.mark.parametrize(("mail", "asked"), COMMANDED)
def test_what_a_freelancer_asks_for_is_read(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=FREELANCER) == asked


@pytest.mark.parametrize(("mail", "asked"), KEPT)
def test_what_may_be_kept_is_read(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=OFFERED) == asked


# ---------------------------------------------------------------- what one word hides of another, and near misses


def test_no_deck_behind_what_a_file_is_says_what_the_file_is_not() -> None:
    read_of = read("Datei 1 ist eine Fallstudie, kein Deck.", context=CONTACT)

    assert read_of == (IsKind(1, Kind("case_study")),)


def test_what_a_file_is_does_not_hide_that_another_thing_is_missing() -> None:
    read_of = read("File 2 is the brand guide, no event calendar.", context=CONTACT)

    assert NotApplicable(CALENDAR) in read_of


def test_who_has_nothing_here_but_names_a_holder_has_somebody_else_asked() -> None:
    read_of = read(
        "I don't have the deck here myself, it is with Eva Stein in sales (eva@acme.example).",
        context=CONTACT,
    )

    assert read_of == (SomeoneElse(DECK, Address("eva@acme.example"), "Eva Stein"),)


@pytest.mark.parametrize(
    "mail",
    ["I don't have the brand guide myself.", "Den Brand Guide habe ich selbst nicht."],
)
def test_who_has_it_not_themselves_is_asked_whether_there_is_none(mail: str) -> None:
    assert all(isinstance(entry, Ambiguous) for entry in read(mail, context=CONTACT))


@pytest.mark.parametrize(
    "mail", ["Please don't use it.", "Bitte nicht benutzen.", "Do not keep it."]
)
def test_what_we_are_told_not_to_do_is_no_lack(mail: str) -> None:
    read_of = read(f"The brand guide is only a draft. {mail}", context=CONTACT)

    assert NotApplicable(GUIDE) not in read_of


@pytest.mark.parametrize(
    ("filename", "mail"),
    [
        ("Acme Overview v3.pdf", "Acme Overview v3 is the brand guide."),
        ("acme_look_and_feel.pdf", "acme look and feel is our brand guide"),
        ("scan0042.pdf", "scan0042 ist der Brand Guide"),
    ],
)
def test_a_file_is_known_without_its_ending(filename: str, mail: str) -> None:
    assert read(mail, context=arrived(filename)) == (IsKind(4, Kind("brand_guide"), GUIDE),)


@pytest.mark.parametrize(
    "filename", ["Brand guide.pdf", "Our new brand guide.pdf", "Brand Guide 2026.pdf", "Guide.pdf"]
)
def test_what_the_thing_is_called_stays_the_thing(filename: str) -> None:
    assert read("We have no brand guide.", context=arrived(filename)) == (NotApplicable(GUIDE),)


def test_another_file_of_a_like_name_is_not_that_file() -> None:
    read_of = read("Guidelines v2.docx is the brand guide", context=CONTACT)

    assert all(isinstance(entry, Ambiguous) for entry in read_of)


def test_a_denied_need_waives_and_vetoes_nothing() -> None:
    read_of = read("Please waive 3, we don't need it any longer.", context=FREELANCER)

    assert read_of == (Waive(YEARLY),)


@pytest.mark.parametrize("mail", ["What is still missing?", "Wo stehen wir?", "How is it going?"])
def test_a_question_for_the_status_is_none_of_the_clients(mail: str) -> None:
    assert read(mail, context=CONTACT) == ()


def test_what_was_attached_is_what_came() -> None:
    read_of = read("What I attached is for the Spring campaign.", context=arrived("plan.pdf"))

    assert read_of == (ForProject(SPRING, 4),)


@pytest.mark.parametrize(
    "mail",
    [
        "I was mistaken, there is an event calendar after all.",
        "Den Eventkalender gibt es doch, ich habe mich geirrt.",
    ],
)
def test_a_mistake_that_is_named_takes_back_no_more(mail: str) -> None:
    waived = replace(
        CONTACT,
        items=tuple(
            replace(entry, state=ItemState.WAIVED) if entry.item == CALENDAR else entry
            for entry in CONTACT.items
        ),
    )

    assert read(mail, context=waived) == (Undo(CALENDAR),)


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("You can get the deck from Anna.", (SomeoneElse(DECK, ANNA, "Anna"),)),
        ("Just to let you know that we never had a blog.", (NotApplicable(POSTS),)),
        ("Den Eventkalender pflegt Jo.", (SomeoneElse(CALENDAR, JO, "Jo"),)),
    ],
)
def test_who_can_be_asked_promises_nothing_themselves(
    mail: str, asked: tuple[Instruction, ...]
) -> None:
    assert read(mail, context=CONTACT) == asked


@pytest.mark.parametrize("mail", ["Can you keep a secret?", "I got the deck from Anna."])
def test_the_parts_of_a_phrase_alone_are_talk(mail: str) -> None:
    assert read(mail, context=CONTACT) == ()


BRAND, CASE, EVENTS = Kind("brand_guide"), Kind("case_study"), Kind("event_calendar")


@pytest.mark.parametrize(
    ("mail", "kind", "item"),
    [
        ("Attached is our brand book, as you requested.", BRAND, GUIDE),
        ("Please find enclosed the brand guide for your records.", BRAND, GUIDE),
        ("I have attached a scan of our brand guidelines.", BRAND, GUIDE),
        ("The events list is attached to this email.", EVENTS, CALENDAR),
        ("Here is our latest event calendar.", EVENTS, CALENDAR),
        ("6: attached", BRAND, GUIDE),
        ("I found the brand guide in the end, it's attached.", BRAND, GUIDE),
        ("Anbei unser Styleguide, liebe Grüße", BRAND, GUIDE),
        ("Im Anhang ist der Messekalender.", EVENTS, CALENDAR),
        ("Das Markenhandbuch habe ich angehängt.", BRAND, GUIDE),
        ("Als Anhang erhalten Sie den Terminplan.", EVENTS, CALENDAR),
    ],
)
def test_the_file_that_came_is_of_the_kind_that_is_said(
    mail: str, kind: Kind, item: ItemName
) -> None:
    assert read(mail, context=arrived("scan0042.pdf", unsure=True)) == (IsKind(4, kind, item),)


@pytest.mark.parametrize(
    "mail", ["Attached is our brand book.", "Here is the new roadmap.", "Anbei unser Styleguide"]
)
def test_what_a_cover_note_calls_a_file_outweighs_nothing_that_is_sure(mail: str) -> None:
    assert read(mail, context=arrived("invoice.pdf")) == ()


@pytest.mark.parametrize(
    "mail",
    [
        "Attached are a few remarks on the deck.",
        "Attached is the agenda for the roadmap meeting.",
        "Attached are the deck and the roadmap.",
        "The deck will be attached to my next mail.",
        "The brand guide is not attached.",
        "I attached the brand guide last week.",
        "Here is an idea for the event calendar.",
        "Anbei meine Notizen zum Markenhandbuch.",
        "Anbei die Rechnung für das Deck.",
    ],
)
def test_what_is_only_about_a_thing_is_not_the_thing(mail: str) -> None:
    assert read(mail, context=arrived("scan0042.pdf", unsure=True)) == ()


def test_nothing_is_asked_where_no_file_came() -> None:
    assert read("Attached is our brand guide.", context=CONTACT) == ()


def test_of_two_files_the_one_is_meant_of_which_nobody_is_sure() -> None:
    known = KnownDocument(5, "Pitch.pdf", Kind("deck"), arrived=True)
    context = arrived("scan0042.pdf", unsure=True)
    context = replace(context, documents=(*context.documents, known))

    assert read("Attached is our brand guide.", context=context) == (IsKind(4, BRAND, GUIDE),)
    assert read("Attached is our deck.", context=context) == ()


@pytest.mark.parametrize(
    "mail",
    [
        "The PDF I attached is for the Spring campaign.",
        "The doc attached belongs to the Spring campaign.",
        "Attached please find one file for the Spring campaign.",
        "Was ich eben angehängt habe, gehört zur Spring campaign.",
        "Das angehängte PDF ist für die Spring campaign.",
    ],
)
def test_the_file_that_came_is_for_the_project_that_is_said(mail: str) -> None:
    assert read(mail, context=arrived("scan0042.pdf")) == (ForProject(SPRING, 4),)


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("The excel is our event calendar.", (IsKind(3, EVENTS, CALENDAR),)),
        ("Die Excel-Datei ist unser Messekalender.", (IsKind(3, EVENTS, CALENDAR),)),
        ("The guidelines PDF is our style guide.", (IsKind(2, BRAND, GUIDE),)),
        ("Ignore the xlsx please.", (Leave(3),)),
        ("Das Dokument 3 war ein Versehen, bitte löschen.", (Leave(3),)),
        ("You've filed file 1 as a deck, but it's a case study.", (IsKind(1, CASE),)),
        ("File 2 is the brand guide we designed with Anna.", (IsKind(2, BRAND, GUIDE),)),
        ("The deck pdf follows on Friday.", (Later(DECK, date(2026, 11, 27)),)),
        (
            "Number 4 doesn't exist. Same for number 5.",
            (NotApplicable(CALENDAR), NotApplicable(POSTS)),
        ),
        (
            "Jo has the deck. The brand guide as well.",
            (
                SomeoneElse(DECK, JO, "Jo"),
                SomeoneElse(GUIDE, JO, "Jo"),
            ),
        ),
        ("Ignore file 2. File 3 too.", (Leave(2), Leave(3))),
        ("Den Kalender haben wir nicht. Thanks for the deck too!", (NotApplicable(CALENDAR),)),
        ("The deck isn't mine any more, that would be Anna.", (SomeoneElse(DECK, ANNA, "Anna"),)),
        ("Den Blog mache ich nicht mehr, das macht jetzt Jo.", (SomeoneElse(POSTS, JO, "Jo"),)),
        (
            "Our agency keeps the brand guide, they can be reached at studio@b.example.",
            (SomeoneElse(GUIDE, Address("studio@b.example"), "Our agency"),),
        ),
        (
            "Für den Messekalender ist Frau Berger verantwortlich.",
            (SomeoneElse(CALENDAR, name="Berger"),),
        ),
        (
            "The deck follows on Friday. Enjoy your weekend!",
            (Later(DECK, date(2026, 11, 27)),),
        ),
        (
            "Das Deck kommt am Freitag, schöne Woche noch!",
            (Later(DECK, date(2026, 11, 27)),),
        ),
        (
            "Hectic days, the deck and the calendar must wait until 4 January.",
            (Later(DECK, date(2027, 1, 4)), Later(CALENDAR, date(2027, 1, 4))),
        ),
        (
            "Der Jahresplan wird erst am 4. Januar beschlossen, bis dahin habe ich leider nichts.",
            (Later(YEARLY, date(2027, 1, 4)),),
        ),
        ("ill get you the deck on friday", (Later(DECK, date(2026, 11, 27)),)),
        ("I was promised the deck for Friday.", (Later(DECK, date(2026, 11, 27)),)),
        ("We, as a bank, do not have a blog.", (NotApplicable(POSTS),)),
        ("We are not having any event calendar as on date.", (NotApplicable(CALENDAR),)),
    ],
)
def test_how_things_are_called_and_pointed_at(mail: str, asked: tuple[Instruction, ...]) -> None:
    assert read(mail, context=CONTACT) == asked


def test_what_is_kept_is_kept_of_the_next_thing_too() -> None:
    read_of = read("Das alte Markenhandbuch gilt weiterhin. Das Deck auch.", context=OFFERED)

    assert read_of == (Keep(GUIDE), Keep(DECK))


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        ("Stop asking them for the deck and the blog posts.", (Waive(DECK), Waive(POSTS))),
        ("Beim Deck bitte nicht mehr nachhaken, brauche ich nicht.", (Waive(DECK),)),
        ("File 2 looks fine to me, you can accept it.", (Accept(2),)),
        ("Datei 2 sieht gut aus, bitte annehmen.", (Accept(2),)),
        ("I don't need the deck yet.", ()),
        ("I don't need the deck right now.", ()),
        ("Never mind, I found the deck.", ()),
    ],
)
def test_a_freelancer_waives_and_accepts_in_passing(
    mail: str, asked: tuple[Instruction, ...]
) -> None:
    assert read(mail, context=FREELANCER) == asked
