"""A small newspaper, and questions about what stands in it, written for this suite: what is shown of it may be printed."""

from __future__ import annotations

from typing import Any

__all__ = ["ARTICLES", "QUESTIONS"]


def _article(name: str, title: str, *paragraphs: str) -> dict[str, Any]:
    return {"id": name, "title": title, "text": "\n\n".join(paragraphs), "language": "en"}


ARTICLES = (
    _article(
        "tram",
        "Brenfeld gets its tram back after 58 years",
        "Brenfeld will run trams again from March, 58 years after the last one was scrapped, the city council "
        "decided on Tuesday by 31 votes to 12.",
        "The first line is 9.4 kilometres long and joins the main station to the university hospital. It has 17 "
        "stops and costs 212 million crowns, of which the state pays two thirds.",
        "“A tram is not a bus on rails. It changes where people want to live,” said Edda Marchetti, the "
        "councillor for transport. “We should have kept the old one.”",
        "Tomas Wren, who leads the opposition, said the line would be empty outside of term time. “I would rather "
        "have forty new buses and no debt,” he said.",
        "The depot will be built on the site of the former sugar works, which closed in 1998.",
    ),
    _article(
        "bees",
        "Beekeepers lose a third of their colonies",
        "Beekeepers in the Sallow valley lost 34 percent of their colonies last winter, the worst loss since "
        "counting began in 2003, according to a survey by the University of Lorne.",
        "“It was not the cold. It was the mites, and after the mites the viruses,” said Ingrid Halloran, a "
        "biologist who led the survey. She said that colonies which were treated in August survived twice as "
        "often as those treated in October.",
        "Piet Okonjo, who keeps 140 hives near Harrow Cross, lost 61 of them. “I have done this for thirty years "
        "and I have never seen so quiet a spring,” said Okonjo.",
        "The regional government has set aside 1.2 million crowns to replace queens. Farmers of rape and apples "
        "may have to rent hives from abroad this year.",
    ),
    _article(
        "library",
        "The night library of Port Amsel",
        "The public library of Port Amsel has stayed open all night since January. On an average night 86 people "
        "come, most of them between eleven and two.",
        "“At three in the morning you get the bakers, the nurses and the ones who cannot sleep,” said Rosalind "
        "Achterberg, the head librarian. “Nobody has ever had to be thrown out.”",
        "Achterberg believes that the night hours will be copied by other towns. The trial costs 190,000 crowns a "
        "year and ends in December.",
        "Jorun Falk, a student of law, comes four nights a week. Falk said that the reading room is warmer than "
        "her flat.",
    ),
    _article(
        "ferry",
        "Ferry to Skarn runs on batteries",
        "The ferry between Tolland and the island of Skarn has run on batteries since Monday. It is 74 metres "
        "long, carries 290 passengers and charges for eight minutes at each quay.",
        "“We burned 900,000 litres of diesel a year on this crossing,” said Captain Aurel Voss. “Now you can hear "
        "the gulls.”",
        "The operator, Nordline, expects to save 11 million crowns a year. Its director, Mette Lindqvist, said "
        "that the company would replace two more ferries by 2032 if the price of electricity does not rise.",
        "Islanders complain of the timetable: the last boat now leaves at 21:10, fifty minutes earlier than before.",
        "“The boat is lovely and it goes home before we do,” said Hanne Skarstad, who owns the inn at the harbour.",
    ),
    _article(
        "glass",
        "Glassworks of Vell to close",
        "The glassworks of Vell, founded in 1871, will close at the end of June. All 128 workers lose their jobs.",
        "The owner, the Castor group, blamed the price of gas, which has trebled in four years. “We have lost "
        "money on every bottle since 2028,” said Castor's chief executive, Lionel Brandt.",
        "The union disputes this. “They were offered a loan for an electric furnace and they did not even answer "
        "the letter,” said its secretary, Wilma Dacosta.",
        "The minister of the economy, Pavel Ruzic, told parliament that the state would not buy the works. He "
        "said that a training centre would open in the town in September.",
    ),
    _article(
        "owl",
        "Eagle owl nests in the cathedral",
        "A pair of eagle owls has nested in the north tower of the cathedral of Lorne for the first time. Three "
        "chicks hatched on Easter Sunday.",
        "“They eat rats, and a good many pigeons. The dean is delighted,” said Bertil Amsinck, who looks after "
        "the tower.",
        "The bells of the north tower will stay silent until the chicks have flown, which will be in the middle "
        "of July, said Dr Saskia Oyelaran of the bird observatory.",
        "Oyelaran said that only 40 pairs breed in the country, most of them in quarries.",
        "A camera shows the nest on the cathedral's site; 22,000 people watched on the first day.",
    ),
    _article(
        "bridge",
        "Weight limit for the Maren bridge",
        "Lorries of more than 7.5 tonnes may no longer cross the Maren bridge, the road authority said on Friday. "
        "Engineers had found cracks in 14 of its 96 hangers.",
        "“The bridge is safe for cars. It is not safe for what it was carrying every night,” said Yara Stendahl, "
        "the authority's chief engineer. A repair would take two years and cost 80 million crowns.",
        "The detour over Oxley is 46 kilometres long. Hauliers speak of 300,000 crowns a week in fuel and wages.",
        "“We warned them in 2027 and were told to send a photograph,” said Dirk Penhallow of the hauliers' "
        "association.",
        "The bridge was opened in 1964 and was built for a quarter of the traffic that it has today.",
    ),
    _article(
        "vaccine",
        "A dose for the price of a stamp",
        "A vaccine against river fever that costs less than two crowns a dose protected 78 percent of children in "
        "a trial with 4,300 families, researchers at the Kestrel Institute reported.",
        "“It needs no refrigerator, and that matters more than the price,” said Amara Delacroix, who leads the "
        "group. “We can carry it on a motorbike.”",
        "Delacroix warned that protection may fade after three years. A second trial will begin in November.",
        "Joost Bellamy, a physician who took no part in the study, called the result solid but said that adults "
        "should be tested as well.",
        "River fever kills about 20,000 people a year, most of them under five.",
    ),
)

QUESTIONS = (
    "What does Edda Marchetti say about the tram?",
    "What does Tomas Wren say about buses?",
    "What did Wren say about the line?",
    "What do Marchetti and Wren say about trams?",
    "How long is the first tram line?",
    "How many stops does the tram line have?",
    "How much does the tram line cost?",
    "What will be built on the site of the former sugar works?",
    "When did the sugar works close?",
    "How many colonies did the beekeepers lose?",
    "What does Ingrid Halloran say about mites?",
    "What does Halloran say about colonies?",
    "What does Piet Okonjo say about the spring?",
    "How many hives did Okonjo lose?",
    "Who led the survey of bees?",
    "How much money has the regional government set aside for queens?",
    "What does Rosalind Achterberg say about the night?",
    "What does Achterberg think about other towns?",
    "What does Jorun Falk say about the reading room?",
    "How many people come to the library at night?",
    "What does the trial of the library cost?",
    "When does the trial of the night library end?",
    "What does Captain Voss say about diesel?",
    "How long is the ferry to Skarn?",
    "How many passengers does the ferry carry?",
    "What does Mette Lindqvist say about ferries?",
    "What does Hanne Skarstad say about the boat?",
    "When does the last boat leave?",
    "How much does Nordline expect to save?",
    "When was the glassworks of Vell founded?",
    "How many workers lose their jobs at Vell?",
    "Why does the glassworks close?",
    "What does Lionel Brandt say about bottles?",
    "What does Wilma Dacosta say about a furnace?",
    "What did Pavel Ruzic tell parliament?",
    "Where have eagle owls nested?",
    "When did the chicks hatch?",
    "What does Bertil Amsinck say about the owls?",
    "What does Oyelaran say about pairs?",
    "How many people watched the nest on the first day?",
    "Which lorries may no longer cross the Maren bridge?",
    "What does Yara Stendahl say about the bridge?",
    "What does Dirk Penhallow say about a photograph?",
    "How long is the detour over Oxley?",
    "When was the Maren bridge opened?",
    "How many hangers have cracks?",
    "What did Delacroix warn of?",
    "What does Joost Bellamy say about the result?",
    "How many people does river fever kill a year?",
    "How well does the vaccine against river fever protect children?",
)
