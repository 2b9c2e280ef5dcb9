using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Cymru.CapProgram;

/// <summary>The former form: <c>type|ip|asn|time|comment|asname</c>, where each type has comments of its own.</summary>
static class FormerComments
{
    static readonly Field SourcePort = Field.Named("extra.source_port");
    static readonly Field Request = Field.Named("extra.request");
    static readonly Field ZoneH = Field.Named("extra.zoneh.id");

    public static IEnumerable<Event> Parse(Event e, string[] cells)
    {
        var (type, comment) = (cells[0], cells[4]);
        e.Add(Source.AsName, cells[5]);
        CapTables.AddType(e, type);
        AddComment(e, type, comment);
        return [e];
    }

    static void AddComment(Event e, string type, string comment)
    {
        var words = comment.Split(' ');
        switch (type)
        {
            case "bots": AddBot(e, comment); break;
            case "bruteforce":
                e.Add(ClassificationIdentifier, comment);
                e.Add(ProtocolApplication, comment);
                break;
            case "defacement":
                e.Add(Source.Url, words[0]);
                e.Add(ZoneH, Word(words, 1));
                break;
            case "fastflux": e.Add(Source.ReverseDns, comment); break;
            case "malwareurl": e.Add(Source.Url, words[0]); break;
            case "phishing": e.Add(Source.Url, comment); break;
            case "proxy": e.Add(Request, comment); break;
            case "routers": e.Add(ClassificationIdentifier, comment); break;
            case "scanners": e.Add(Source.Port, WholeNumber.Of(comment)); break;
            case "spreaders":
                e.Add(Source.Url, words[0]);
                if (words.Length > 1) e.Add(MalwareHashMd5, words[1]);
                break;
            case "stormworm": AddStormworm(e, words); break;
            case "toxbot": e.Add(SourcePort, WholeNumber.Of(Word(words, 1))); break;
            case "beagle" or "spam" when comment.Length > 0:
                throw new InvalidMessageException($"The comment '{comment}' is not understood; expected none for {type}.");
        }
    }

    /// <summary>Comments as <c>srcport 1337 mwtype Conficker destaddr 192.0.2.1</c>.</summary>
    /// <exception cref="InvalidMessageException">The comment is not of this kind.</exception>
    public static void AddBot(Event e, string comment)
    {
        var words = ReadKeywords(comment);
        if (words.TryGetValue("srcport", out var port)) e.Add(SourcePort, WholeNumber.Of(string.Join(' ', port)));
        if (words.TryGetValue("mwtype", out var malware))
        {
            e.Add(MalwareName, string.Join(' ', malware));
            e.Add(ClassificationIdentifier, string.Join(' ', malware).ToLowerInvariant());
        }

        if (!words.TryGetValue("destaddr", out var address) && !words.TryGetValue("dstaddr", out address)) return;
        e.Add(Destination.Ip, Word(address, 0));
        // What stands behind the address is about the whole.
        e.Add(EventDescriptionText, string.Join(' ', address.Skip(1)));
    }

    static Dictionary<string, List<string>> ReadKeywords(string comment)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string>? words = null;
        foreach (var word in comment.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "srcport" or "mwtype" or "destaddr" or "dstaddr") found[word] = words = [];
            else if (words is null) throw new InvalidMessageException($"The comment '{comment}' is not understood; expected srcport, mwtype, destaddr or dstaddr, each with its value behind it.");
            else words.Add(word);
        }

        return found;
    }

    static void AddStormworm(Event e, string[] words)
    {
        const string confidence = "confidence:";
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word.StartsWith(confidence, StringComparison.Ordinal))
                e.Set(FeedAccuracy, (e.TryGet(FeedAccuracy, out var accuracy) ? accuracy : 100.0) * WholeNumber.Of(word[confidence.Length..]) / 5);
            else if (word is "legacy" or "crypto") e.Add(MalwareVersion, word);
            else if (word == "srcport") e.Add(SourcePort, WholeNumber.Of(Word(words, ++i)));
        }
    }

    static string Word(IReadOnlyList<string> words, int number) =>
        number < words.Count ? words[number] : throw new FormatException($"The comment '{string.Join(' ', words)}' has {words.Count} words; expected {number + 1} at least.");
}
