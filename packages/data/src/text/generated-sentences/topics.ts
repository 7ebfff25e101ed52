/**
 * The words of a topic, each list separated by spaces. A word may belong to several topics (`captain`, `bow`,
 * `pitch`, `pepper`): who did what, and where, tells them apart.
 */
export interface Topic {
  /** Who acts. */
  readonly agents: readonly string[];
  /** What they do to an object, in the past tense. */
  readonly verbs: readonly string[];
  readonly objects: readonly string[];
  /** Where it happens, after `in the`, `near the` or `by the`. */
  readonly places: readonly string[];
}

/** The topics of the generated sentences by name: their classes. */
export const topics: Readonly<Record<string, Topic>> = {
  astronomy: {
    agents: words('astronomer observer stargazer astronaut professor student guide engineer'),
    verbs: words('observed photographed charted measured discovered located followed recorded'),
    objects: words('comet planet moon star galaxy nebula eclipse meteor dish scale mirror orbit'),
    places: words('observatory dome desert valley planetarium capsule station field'),
  },
  cooking: {
    agents: words('cook chef baker waiter butcher host apprentice guest'),
    verbs: words('stirred tasted roasted chopped salted served beat followed'),
    objects: words('soup sauce pepper onion dough roast pastry dish scale mint course stock'),
    places: words('kitchen oven bakery cellar restaurant pantry market bar'),
  },
  gardening: {
    agents: words('gardener florist farmer beekeeper grower apprentice botanist neighbour'),
    verbs: words('watered planted pruned weeded trimmed measured stirred gathered'),
    objects: words('rose hedge tulip pepper onion mint soil lawn stock seedling root ivy'),
    places: words('greenhouse orchard meadow flowerbed shed market field yard'),
  },
  music: {
    agents: words('pianist singer drummer violinist composer conductor student star'),
    verbs: words('played sang rehearsed tuned recorded hummed beat composed'),
    objects: words('song melody chorus drum violin scale bow pitch score guitar bridge roll'),
    places: words('studio theatre festival club chapel opera bar hall'),
  },
  sailing: {
    agents: words('sailor captain skipper helmsman fisherman pilot crew navigator'),
    verbs: words('steered anchored moored rowed charted trimmed hoisted followed'),
    objects: words('boat sail anchor mast rudder bow net course hull deck ferry bridge'),
    places: words('harbour lagoon bay port marina dock strait yard'),
  },
  sport: {
    agents: words('striker goalkeeper coach referee runner captain star defender'),
    verbs: words('kicked scored threw caught dribbled passed beat won'),
    objects: words('ball goal match penalty net pitch medal race score trophy corner final'),
    places: words('stadium arena gym court clubhouse field hall park'),
  },
};

function words(list: string): readonly string[] {
  return list.split(' ');
}
