namespace IntelMQ.Configuration;

/// <summary>Looks at who reads and who sends: queues without a reader, readers without a sender, loops.</summary>
internal static class QueueGraph
{
    public static void Check(IReadOnlyList<BotConfiguration> bots, ProblemList problems)
    {
        var readers = bots.Where(static bot => !bot.IsCollector).ToLookup(static bot => bot.SourceQueue, StringComparer.Ordinal);
        var sent = bots.SelectMany(static bot => bot.Destinations.References).Select(static reference => reference.Queue).ToHashSet(StringComparer.Ordinal);
        foreach (var bot in bots)
        {
            CheckReaders(bot, readers, problems);
            CheckSenders(bot, sent, problems);
            CheckBrokers(bot, readers, problems);
        }

        CheckLoops(bots, readers, problems);
    }

    static void CheckReaders(BotConfiguration bot, ILookup<string, BotConfiguration> readers, ProblemList problems)
    {
        foreach (var reference in bot.Destinations.References)
        {
            var source = reference.Source with { Value = reference.Queue };
            if (!readers.Contains(reference.Queue))
            {
                problems.AddValue(IsShared(bot.Settings.Destination) ? Severity.Info : Severity.Warning, source, "is a queue that no bot reads",
                    suggestion: NearestName.Of(reference.Queue, readers.Select(static queue => queue.Key)));
            }
            else if (bot.Enabled && readers[reference.Queue].All(static reader => !reader.Enabled))
            {
                problems.AddValue(Severity.Info, source, "is a queue that only disabled bots read; its messages wait");
            }
        }
    }

    static void CheckSenders(BotConfiguration bot, HashSet<string> sent, ProblemList problems)
    {
        if (!bot.IsCollector && !sent.Contains(bot.SourceQueue))
        {
            problems.Add(IsShared(bot.Settings.Source) ? Severity.Info : Severity.Warning, bot.KeySpan, ConfigurationPath.Root.Child(bot.Id),
                $"No bot sends to the source queue '{bot.SourceQueue}' of this bot");
        }
    }

    /// <summary>A queue is one only if both ends name the same broker; else messages wait on one that nobody reads there.</summary>
    static void CheckBrokers(BotConfiguration bot, ILookup<string, BotConfiguration> readers, ProblemList problems)
    {
        foreach (var reference in bot.Destinations.References)
        {
            if (readers[reference.Queue].FirstOrDefault(reader => !reader.Settings.Source.IsSamePlaceAs(bot.Settings.Destination)) is not { } reader) continue;
            problems.AddValue(Severity.Warning, reference.Source with { Value = reference.Queue },
                $"is sent to on {bot.Settings.Destination.Place}, but {reader.Id} reads it on {reader.Settings.Source.Place}",
                "the same destination_pipeline_… here as source_pipeline_… there");
        }
    }

    // Bots of another machine may be at the other end of a queue of a server.
    static bool IsShared(PipelineSettings pipeline) => pipeline.Broker is BrokerKind.Redis or BrokerKind.Amqp;

    static void CheckLoops(IReadOnlyList<BotConfiguration> bots, ILookup<string, BotConfiguration> readers, ProblemList problems)
    {
        var done = new HashSet<BotConfiguration>(ReferenceEqualityComparer.Instance);
        foreach (var bot in bots)
        {
            if (FindLoop(bot, readers, done) is { } loop)
            {
                var names = string.Join(" -> ", loop.Append(loop[0]).Select(static member => member.Id));
                problems.Add(Severity.Info, loop[0].KeySpan, ConfigurationPath.Root.Child(loop[0].Id), $"Messages can go round in a loop: {names}");
            }
        }
    }

    // Depth first without recursion, since a pipeline may be a chain of hundreds of bots.
    static List<BotConfiguration>? FindLoop(BotConfiguration start, ILookup<string, BotConfiguration> readers, HashSet<BotConfiguration> done)
    {
        if (!done.Add(start))
        {
            return null;
        }

        List<BotConfiguration>? loop = null;
        var way = new List<BotConfiguration> { start };
        var open = new Stack<IEnumerator<BotConfiguration>>([Next(start, readers)]);
        while (open.TryPeek(out var next))
        {
            if (!next.MoveNext())
            {
                open.Pop().Dispose();
                way.RemoveAt(way.Count - 1);
            }
            else if (way.FindIndex(member => ReferenceEquals(member, next.Current)) is var index and >= 0)
            {
                loop ??= way[index..];
            }
            else if (done.Add(next.Current))
            {
                way.Add(next.Current);
                open.Push(Next(next.Current, readers));
            }
        }

        return loop;
    }

    static IEnumerator<BotConfiguration> Next(BotConfiguration bot, ILookup<string, BotConfiguration> readers) =>
        bot.Destinations.References.SelectMany(reference => readers[reference.Queue]).GetEnumerator();
}
