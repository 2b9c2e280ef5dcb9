using System.Text;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>A mail as the collectors see it: who, what about, texts and attachments.</summary>
sealed class ReceivedMail
{
    public ReceivedMail(MimePart message)
    {
        Subject = EncodedWords.Decode(message.Header("Subject") ?? "");
        From = string.Join(',', MailAddresses.Of(message.Header("From") ?? ""));
        MessageId = message.Header("Message-ID")?.Trim();
        Date = message.Header("Date");
        // A mail of one part is plain text, whatever it says it is: so the original's library sorts them.
        if (message.Type.StartsWith("text/", StringComparison.Ordinal)) Plain.Add(message.Text());
        else foreach (var part in message.Leaves()) Sort(part);
    }

    public string Subject { get; }

    /// <summary>The addresses of the senders, with commas between.</summary>
    public string From { get; }

    public string? MessageId { get; }

    /// <summary>The header, as it is.</summary>
    public string? Date { get; }

    public List<byte[]> Plain { get; } = [];

    public List<byte[]> Html { get; } = [];

    /// <summary>Parts that are meant as files; one without a name has none here either.</summary>
    public List<(string? Name, byte[] Content)> Attachments { get; } = [];

    /// <summary>Whether the mail is to be marked as seen.</summary>
    public bool IsDone { get; set; }

    void Sort(MimePart part)
    {
        var disposition = part.Disposition;
        var isInline = disposition is "" or "inline";
        if (isInline && part.Type == "text/plain") Plain.Add(part.Text());
        else if (isInline && part.Type == "text/html") Html.Add(part.Text());
        else if (disposition is "attachment" or "inline") Attachments.Add((part.FileName, part.Decoded()));
    }
}
