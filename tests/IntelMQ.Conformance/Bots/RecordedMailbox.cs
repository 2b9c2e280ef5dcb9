using System.Text;
using IntelMQ.Bots.Tests.Collectors;
using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>The mailbox of a recorded step, on a mail server that the bot finds by its parameters.</summary>
sealed class RecordedMailbox : IAsyncDisposable
{
    readonly ImapServer _server;
    readonly List<int> _marked;

    RecordedMailbox(ImapServer server, List<int> marked) => (_server, _marked) = (server, marked);

    /// <summary>Null when the step has none.</summary>
    public static RecordedMailbox? Of(Vector step)
    {
        var calls = step.Records("imap").ToList();
        if (calls.Count == 0) return null;
        var mails = calls.Where(static call => call.Text("call") == "messages").SelectMany(static call => call.Records("returned")).ToList();
        var numbers = mails.Select(static mail => mail["uid"]).ToList();
        var marked = calls.Where(static call => call.Text("call") == "mark_seen").Select(call => numbers.IndexOf(call["uid"]) + 1);
        return new RecordedMailbox(new ImapServer([.. mails.Select(Bytes)]), [.. marked.Order()]);
    }

    static byte[] Bytes(Vector mail)
    {
        var message = new Vector(mail.Map("message"));
        return message.Text("base64") is { } base64 ? Convert.FromBase64String(base64) : Encoding.UTF8.GetBytes(message.Text("text")!);
    }

    /// <summary>Leads a bot to this server, whatever was recorded.</summary>
    public void Redirect(Dictionary<string, object?> parameters)
    {
        foreach (var (name, value) in _server.Access) parameters[name] = value;
    }

    /// <summary>What was marked otherwise than recorded, or null.</summary>
    public string? Difference() =>
        _server.Seen.SequenceEqual(_marked) ? null : $"imap: marked as seen are the mails [{string.Join(", ", _server.Seen)}] instead of [{string.Join(", ", _marked)}]";

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
