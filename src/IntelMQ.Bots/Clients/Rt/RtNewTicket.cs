using System.Text;

namespace IntelMQ.Bots.Clients.Rt;

/// <summary>A ticket to be made, in the form of the REST interface 1.0: lines of names and values.</summary>
sealed class RtNewTicket
{
    readonly StringBuilder _text = new("id: ticket/new\n");

    public RtNewTicket(string queue, string subject)
    {
        Set("Queue", queue);
        // A subject is one line.
        Set("Subject", subject.ReplaceLineEndings(" "));
    }

    /// <summary>Further lines of a value begin with a blank, so that none is taken for another name.</summary>
    public void Set(string name, string value) => _text.Append(name).Append(": ").Append(value.ReplaceLineEndings("\n ")).Append('\n');

    public void SetCustomField(string name, string value) => Set($"CF.{{{name}}}", value);

    public string ToText() => _text.ToString();
}
