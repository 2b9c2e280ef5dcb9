using System.Buffers;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Processes;

/// <summary>
/// The protocol between the host and a bot in a process of its own: one JSON object per line, in both directions.
/// docs/dev/process-protocol.md describes it for authors in other languages.
/// </summary>
static class ProcessProtocol
{
    public const int Version = 1;

    public const string Type = "t";

    /// <summary>Host to bot: who it is and its parameters. The first line.</summary>
    public const string Init = "init";

    /// <summary>Bot to host: it can take messages.</summary>
    public const string Ready = "ready";

    /// <summary>Bot to host, instead of <see cref="Ready"/>: it cannot run like this.</summary>
    public const string Error = "error";

    /// <summary>Host to bot: one or more messages to handle.</summary>
    public const string Batch = "batch";

    /// <summary>Host to bot: a collector is to run once.</summary>
    public const string Collect = "collect";

    /// <summary>Bot to host: a message to send on, before the <see cref="Result"/>.</summary>
    public const string Emit = "emit";

    /// <summary>Host to a collector: the emitted report is safe.</summary>
    public const string Safe = "safe";

    /// <summary>Bot to host: a row of a report that failed.</summary>
    public const string FailedRow = "failed_row";

    /// <summary>Bot to host: the batch or the run is done, or failed.</summary>
    public const string Result = "result";

    /// <summary>Host to bot: everything so far is committed, so what the bot remembers of it holds. A bot may ignore it.</summary>
    public const string Committed = "committed";

    /// <summary>Host to bot: of the messages since the last commit only the first <c>keep</c> count; the others come again or are dumped. A bot may ignore it.</summary>
    public const string Forget = "forget";

    /// <summary>Bot to host: a line for the log.</summary>
    public const string Log = "log";

    /// <summary>Host to bot: finish. The end of the input means the same.</summary>
    public const string Stop = "stop";

    /// <summary>Bot to host: it has finished.</summary>
    public const string Stopped = "stopped";

    public static ReadOnlyMemory<byte> Line(string type, params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { [Type] = type };
        foreach (var (name, value) in members) map[name] = value;
        return Encoding.ASCII.GetBytes(PythonJson.ToText(FieldValue.From(map), ascii: true) + "\n");
    }

    /// <summary>A line with a message in its wire form, without building a tree of it.</summary>
    public static ReadOnlyMemory<byte> MessageLine(string type, long sequence, string? path, Message message)
    {
        var line = new ArrayBufferWriter<byte>(1024);
        line.Write(Encoding.ASCII.GetBytes($"{{\"t\": \"{type}\", \"seq\": {sequence}, "));
        if (path is not null)
        {
            line.Write("\"path\": "u8);
            PythonJson.WriteString(line, path, ascii: true);
            line.Write(", "u8);
        }

        line.Write(type == Batch ? "\"messages\": ["u8 : "\"message\": "u8);
        JsonForm.Write(line, message);
        line.Write(type == Batch ? "]}\n"u8 : "}\n"u8);
        return line.WrittenMemory;
    }

    /// <exception cref="ProcessProtocolException">The line is no JSON object with a type.</exception>
    public static OrderedDictionary<string, object?> Parse(ReadOnlySpan<byte> line) =>
        PythonJsonReader.TryParse(line, out var value) && value is OrderedDictionary<string, object?> map && map.ContainsKey(Type)
            ? map
            : throw new ProcessProtocolException($"The line is no message of the protocol: {Shown(line)}");

    static string Shown(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line[..Math.Min(line.Length, 200)]);

    public static string TypeOf(OrderedDictionary<string, object?> line) => line[Type] as string ?? "";

    public static string? Text(OrderedDictionary<string, object?> line, string name) => line.GetValueOrDefault(name) as string;
}

/// <summary>The other side does not keep to the protocol.</summary>
sealed class ProcessProtocolException(string message) : Exception(message);
