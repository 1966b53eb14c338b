"""Everyday mail that asks for nothing: a wrong instruction is the worst fault, and a needless question the next."""

from __future__ import annotations

import pytest

from intake.instructions import Ambiguous, Confidential, Context, NotYours, read
from tests.gallery import LANGUAGES, LETTERS, bodies
from tests.unit.instruction_cast import CONTACT, FREELANCER, OFFERED

HARMLESS = (
    "Hi,\n\nplease find attached our Q4 roadmap and the investor deck.\n\nBest,\nSam",
    "Hello,\nattached is the deck. Let me know if you need anything else.",
    "Here you go!",
    "Thanks!",
    "Thank you, that was quick. Have a great weekend!",
    "Hi Nora, great to meet you yesterday. Looking forward to working together.",
    "Do you need the yearly roadmap as well?",
    "Which format do you prefer for the brand guide?",
    "Is it a problem if the event calendar has only our own events?",
    "Should the roadmap cover Q1 too?",
    "What exactly do you mean by event calendar?",
    "If we had no event calendar, would that be a problem?",
    "In case there is no brand guide, I would send you our logo.",
    "We might not have a brand guide, I will check with the team.",
    "Maybe there is no event calendar, I don't know yet.",
    "I'm not sure whether we have any blog posts.",
    "Jo told me that there is no event calendar, is that so?",
    "You wrote that we have no brand guide. Where did you get that from?",
    "We have no objections to the plan.",
    "I have no comments on the deck.",
    "There is no need to hurry with the roadmap, is there?",
    "No problem with the calendar at all!",
    "No worries about the deck, take your time.",
    "We have no budget for the event calendar relaunch.",
    "The deck has no page numbers, sorry about that.",
    "The board has seen the roadmap and likes it a lot.",
    "I sent the deck to our investors last week.",
    "We will present the roadmap at the summit in January.",
    "We'll discuss the roadmap with the board on Friday.",
    "The roadmap meeting is next week.",
    "The event calendar starts on 15 January with our kick-off.",
    "Our brand guide was updated last year and covers everything you need.",
    "The event calendar covers the first half of 2027; the blog posts are linked on our site.",
    "Sam is on holiday until 15 January and has no access to his mail.",
    "I am out of the office until Monday and will reply when I am back.",
    "I'll get back to you next week.",
    "Will follow up with you tomorrow.",
    "Let me check with the team and come back to you.",
    "Keep up the good work!",
    "Please keep me in the loop.",
    "We keep the brand guide in our wiki, here is the link: https://wiki.acme.example/brand",
    "FYI, see below. Nothing to do for you.",
    "Can you resend the list of what you need?",
    "Could you send us an invoice for November?",
    "Sorry for the late reply, it has been a busy week. The deck is attached.",
    "Please confirm that you got the deck.",
    "Did you get my last mail?",
    "Is this confidential?",
    "Our competitors have no brand guide either, by the way.",
    "The new designer starts on Monday, we are all excited.",
    "Anna has a few questions about the roadmap, can you call her?",
    "We are launching in Q4, so the deck talks about that a lot.",
    "Hallo,\n\nanbei die gewünschten Unterlagen.\n\nViele Grüße\nBirgit",
    "Im Anhang finden Sie unseren Jahresplan und die Präsentation.",
    "Vielen Dank für die schnelle Rückmeldung!",
    "Brauchen Sie auch den Quartalsplan?",
    "Falls es keinen Veranstaltungskalender gibt, melde ich mich.",
    "Vielleicht haben wir keinen Markenleitfaden, ich frage nach.",
    "Zum Jahresplan haben wir keine Anmerkungen.",
    "Wir besprechen die Präsentation am Freitag mit dem Vorstand.",
    "Kein Problem, melden Sie sich gern bei Fragen.",
    "Der Veranstaltungskalender beginnt am 15. Januar.",
    "Ich bin bis 15. Januar nicht im Büro.",
    "Ich weiß nicht, ob wir Blogbeiträge haben.",
    "Haben Sie die Präsentation bekommen?",
    "Können Sie mir die Liste noch einmal schicken?",
    "Schöne Grüße auch von Anna, sie freut sich auf das Projekt.",
    "no",
    "yes",
    "3",
    "ok",
    "-- \nJo Miller\nHead of Design, Acme",
)


@pytest.mark.parametrize("mail", HARMLESS)
def test_a_mail_without_an_instruction_asks_for_nothing(mail: str) -> None:
    assert read(mail, subject="Re: Q4 launch", context=CONTACT) == ()


@pytest.mark.parametrize(
    "mail",
    [
        "Thanks, looks good to me.",
        "Great, let me know when it is complete.",
        "I will call the client on Monday.",
        "They sent me the deck by post as well, see attached.",
        "Has anything come in from Acme?",
        "I don't think they have understood the list.",
        "Is file 2 the brand guide?",
        "Danke, das passt soweit.",
        "Ich melde mich am Freitag beim Kunden.",
    ],
)
def test_a_freelancers_chat_is_no_command(mail: str) -> None:
    assert read(mail, context=FREELANCER) == ()


# Near misses: the words of an instruction, saying something else.
NEAR = (
    "There's no page 3 in the deck.",
    "We haven't received your list of what is missing.",
    "The deck has no brand guide in it.",
    "Without the roadmap we can't plan the campaign.",
    "No, the deck is the right one.",
    "No wonder the roadmap looked odd, it was the draft.",
    "We do have an event calendar.",
    "You should have the deck by now.",
    "You already have the yearly roadmap.",
    "The press release goes out next week.",
    "The event calendar runs until 15 January.",
    "Our Q1 events begin on 15 January.",
    "The investor deck was finished yesterday and is attached.",
    "Jo has left, Anna has taken over.",
    "Jo has seen the deck and likes it.",
    "Ask away if you have questions about the deck.",
    "I asked Jo about the brand guide.",
    "Jo asked me about the brand guide.",
    "Anna will present the roadmap on Friday.",
    "File 2 is missing page 3.",
    "File 2 is not the final version.",
    "Is file 2 the brand guide?",
    "Please read file 2 and the brand guide together.",
    "deck.pdf is for the team meeting.",
    "Good luck with Q4 launch!",
    "We are busy with the Spring campaign until Friday.",
    "keep it short please",
    "We'll keep you posted about the deck.",
    "Please keep the deadline in mind.",
    "We signed the NDA last week.",
    "Please sign the attached NDA.",
    "Don't forget the deck!",
    "Don't ignore my last mail please.",
    "Stop by our office when you are in town.",
    "Thanks for the reminder, very useful.",
    "Remind me, what was the brand guide for?",
    "I forgot what I said about the roadmap.",
    "Undoing the changes in the deck took a while.",
    "We have no status meeting this week.",
    "What's your status on the website?",
    "We paused the campaign.",
    "Let's close the deal on Friday!",
    "I accept your offer, 2 days a week is fine.",
    "Zum Glück haben wir keinen Stress mit dem Jahresplan.",
    "Der Jahresplan ist nicht das Problem.",
    "Jo hat die Präsentation gesehen.",
    "Den Jahresplan hatte ich bereits geschickt.",
    "Wir haben den Veranstaltungskalender nicht vergessen.",
    "Wir machen keinen Unterschied zwischen Quartalsplan und Jahresplan.",
    "Die Präsentation ist nicht mehr aktuell, neue anbei.",
    "Ich habe nicht verstanden, was mit Punkt 3 gemeint ist.",
    "Warum fehlt Punkt 4?",
    "4 files attached.",
    "3 of us will be at the meeting.",
    "I have 2 questions.",
    "1) thanks 2) see you Monday",
    "See you on 15 January!",
)
NEAR_OFFERED = (
    "keep calm and carry on",
    "we keep the deck in Dropbox",
    "The old brand guide is no longer valid.",
    "Is the deck still valid?",
    "the brand guide is still missing a page",
)
NEAR_COMMANDS = (
    "The client will close the round on Friday.",
    "They have a new designer.",
    "I accept that this takes time.",
    "Don't close the project yet.",
    "Please don't accept file 2.",
    "We should pause and think about it.",
    "Don't pause.",
    "Why was file 2 accepted?",
    "I'd like to resume our talk about the fee on Monday.",
    "2 is not a case study",
    "They need help with the deck.",
    "no problem",
    "I need a coffee.",
)
UNCLEAR = (
    "We don't have the deck in English, only in German.",
    "We have no event calendar other than the one I sent you.",
    "I do not have access to the brand guide.",
    "I will never send you the deck by mail.",
    "We will publish three blog posts next week.",
    "Blog posts go live on Friday.",
    "File 2 is better than the old brand guide.",
    "File 2 is part of the brand guide.",
    "deck.pdf is for your eyes.",
    "The deck is for Q4.",
    "Can you keep a secret?",
    "There is nothing confidential in the deck.",
    "The deck isn't confidential any more.",
    "Don't skip the event calendar.",
    "Please do not undo anything.",
    "Do not stop reminding me, it helps.",
    "My last mail had the wrong date, the meeting is at 3.",
    "The roadmap is on hold.",
    "Wir haben nicht nur eine Präsentation, sondern zwei.",
    "Ohne Markenleitfaden geht es leider nicht.",
    "Die Präsentation ist nicht vertraulich.",
    "Bitte vergessen Sie den Jahresplan nicht.",
    "Der Veranstaltungskalender kommt gut an.",
)


@pytest.mark.parametrize("mail", NEAR)
def test_the_words_of_an_instruction_may_say_something_else(mail: str) -> None:
    assert read(mail, context=CONTACT) == ()


@pytest.mark.parametrize("mail", NEAR_OFFERED)
def test_keep_is_an_everyday_word(mail: str) -> None:
    assert read(mail, context=OFFERED) == ()


@pytest.mark.parametrize("mail", NEAR_COMMANDS)
def test_the_words_of_a_command_may_say_something_else(mail: str) -> None:
    assert read(mail, context=FREELANCER) == ()


@pytest.mark.parametrize("mail", UNCLEAR)
def test_what_is_unclear_is_at_most_asked(mail: str) -> None:
    found = read(mail, context=CONTACT)

    assert all(isinstance(entry, Ambiguous | NotYours | Confidential) for entry in found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("context", [CONTACT, FREELANCER], ids=["contact", "freelancer"])
def test_a_letter_of_ours_that_comes_back_unmarked_asks_for_nothing(
    name: str, language: str, context: Context
) -> None:
    assert read(bodies(name, language).text, context=context) == ()
