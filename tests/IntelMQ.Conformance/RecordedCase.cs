using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance;

/// <summary>One record of a file of recordings.</summary>
/// <param name="Group">The module of a bot, or the kind of a call of the library.</param>
/// <param name="Name">File and line, below the directory of recordings.</param>
/// <param name="Record">What it holds.</param>
sealed record RecordedCase(string Group, string Name, Vector Record)
{
    public bool IsBot => Record.Has("steps");

    /// <summary>Whether a text is part of what names the case.</summary>
    public bool Matches(string filter) =>
        Group.Contains(filter, StringComparison.OrdinalIgnoreCase) || Name.Contains(filter, StringComparison.OrdinalIgnoreCase)
        || (Record.Text("function") ?? Record.Text("method") ?? "").Contains(filter, StringComparison.OrdinalIgnoreCase);
}
