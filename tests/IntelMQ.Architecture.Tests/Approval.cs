namespace IntelMQ.Architecture.Tests;

/// <summary>Compares a text with the approved one in the repository.</summary>
static class Approval
{
    public static void Verify(string name, string actual)
    {
        var path = Repository.PathOf($"tests/IntelMQ.Architecture.Tests/approved/{name}.txt");
        if (Environment.GetEnvironmentVariable("INTELMQ_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        var approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (approved == actual) return;

        var before = approved.Split('\n').ToHashSet(StringComparer.Ordinal);
        var now = actual.Split('\n').ToHashSet(StringComparer.Ordinal);
        var difference = before.Except(now, StringComparer.Ordinal).Select(l => "- " + l).Concat(now.Except(before, StringComparer.Ordinal).Select(l => "+ " + l));
        Assert.Fail($"{name} differs from what was approved. If it is meant so: INTELMQ_ACCEPT=1 dotnet test tests/IntelMQ.Architecture.Tests, then commit.\n{string.Join('\n', difference)}");
    }
}
