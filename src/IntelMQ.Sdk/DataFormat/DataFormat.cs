namespace IntelMQ.Sdk;

/// <summary>
/// Which fields messages have and what their values look like: the shipped format, or that of the user's
/// <c>harmonization.conf</c>.
/// </summary>
public sealed partial class DataFormat
{
    internal DataFormat(MessageRules @event, MessageRules report)
    {
        Event = @event;
        Report = report;
    }

    internal MessageRules Event { get; }

    internal MessageRules Report { get; }
}
