using System.Text;
using IntelMQ.Brokers;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class StepTests
{
    [Fact]
    public void A_message_that_cannot_be_written_leaves_nothing_before_the_next_one()
    {
        var routes = new Routes(new Dictionary<string, IReadOnlyList<string>> { [QueuePath.Default] = ["out"] }, loadBalance: false);
        var step = new Step(routes, WireForm.Json, source: null);
        step.Begin(default);
        var unwritable = new Event(DataFormat.Shipped);
        unwritable.Set(Fields.ExtraField("list"), FieldValue.From(new List<object?> { new Version(1, 0) }));

        // A bot may catch this and go on.
        Assert.ThrowsAny<Exception>(() => step.Send(unwritable, QueuePath.Default));
        step.Send(new Event(DataFormat.Shipped), QueuePath.Default);

        Assert.Equal("""{"__type": "Event"}""", Encoding.UTF8.GetString(Assert.Single(step.Commit.Sends).Body.Span));
    }
}
