using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Host.Dumps;
using IntelMQ.Host.Statistics;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>What a worker needs besides the bot itself.</summary>
/// <param name="Id">The bot's key, with <c>.N</c> behind it when there are several workers.</param>
/// <param name="Settings">The bot's settings.</param>
/// <param name="SourceQueue">Queue to read; null for a collector.</param>
/// <param name="SourceBroker">Where it is.</param>
/// <param name="DestinationBroker">Where the bot sends to.</param>
/// <param name="Routes">What it sends to.</param>
/// <param name="Context">What the bot sees.</param>
/// <param name="Dump">Where failed messages go.</param>
/// <param name="Counters">What the bot's workers count into.</param>
/// <param name="Cache">The bot's cache session, to be completed with each step; null if the bot uses none.</param>
sealed record WorkerSetting(
    string Id,
    BotSettings Settings,
    string? SourceQueue,
    IBroker SourceBroker,
    IBroker DestinationBroker,
    Routes Routes,
    BotContext Context,
    DumpFile Dump,
    BotCounters Counters,
    IStepParticipant? Cache);
