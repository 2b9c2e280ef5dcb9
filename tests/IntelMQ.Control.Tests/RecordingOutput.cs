using IntelMQ.Sdk;

namespace IntelMQ.Control.Tests;

/// <summary>Keeps what use cases say.</summary>
sealed class RecordingOutput : IControlOutput
{
    readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public string Text => string.Join('\n', _lines);

    public void Say(BotLogLevel level, string text, bool good = false) => _lines.Add(level >= BotLogLevel.Warning ? $"{level.ToString().ToUpperInvariant()} {text}" : text);
}
