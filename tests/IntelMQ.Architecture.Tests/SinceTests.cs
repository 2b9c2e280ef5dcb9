using System.Reflection;
using System.Xml.Linq;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Architecture.Tests;

public sealed class SinceTests
{
    /// <summary>The API of the last release, its version in the first line; there is no such file before the first release.</summary>
    static string ReleasedFile => Repository.PathOf("tests/IntelMQ.Architecture.Tests/approved/released-IntelMQ.Sdk.txt");

    static Version Next => Version.Parse(XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("IntelMQSdkVersion").Single().Value);

    /// <summary>A release writes it: <c>INTELMQ_RELEASE=1 dotnet run --project tests/IntelMQ.Architecture.Tests</c>.</summary>
    [Fact]
    public void What_is_new_in_the_sdk_since_the_last_release_says_with_which_version_it_comes()
    {
        var sdk = Assembly.Load("IntelMQ.Sdk");
        if (Environment.GetEnvironmentVariable("INTELMQ_RELEASE") == "1") File.WriteAllText(ReleasedFile, $"{Next}\n{PublicApi.Describe(sdk)}");
        string? released = null;
        var last = new Version(Next.Major, 0, 0);
        if (File.Exists(ReleasedFile))
        {
            var text = File.ReadAllText(ReleasedFile);
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            (last, released) = (Version.Parse(text[..end]), text[(end + 1)..]);
        }

        Assert.Empty(new SinceRule(released, last, Next).Objections(sdk.GetExportedTypes()));
    }

    public sealed class Sample
    {
        public int Old { get; set; }

        [Since("1.2.0")]
        public int New(int value) => value + Old;

        public const int Constant = 1;
    }

    [Since("1.2.0")]
    public sealed class NewSample
    {
        public int Inner { get; set; }
    }

    static readonly Version Last = new(1, 1, 0), Now = new(1, 2, 0);

    static string Api(params string[] without) => string.Join('\n', Describe(typeof(Sample)).Concat(Describe(typeof(NewSample))).Where(line => !without.Any(text => line.Contains(text, StringComparison.Ordinal))));

    static IEnumerable<string> Describe(Type type) => [PublicApi.Heading(type), .. PublicApi.Members(type).Select(member => "    " + member.Line)];

    static string[] Objections(string? released, Version? next = null, params Type[] types) => [.. new SinceRule(released, Last, next ?? Now).Objections(types.Length > 0 ? types : [typeof(Sample)])];

    [Fact]
    public void What_is_new_and_says_so_is_right() => Assert.Empty(Objections(Api(" New(")));

    [Fact]
    public void What_is_new_and_says_nothing_is_told_what_to_add() =>
        Assert.Equal(["IntelMQ.Architecture.Tests.SinceTests+Sample.Old is new: add [Since(\"1.2.0\")]"], Objections(Api(" New(", " Old ")));

    [Fact]
    public void What_was_released_may_not_pretend_to_be_new() =>
        Assert.Equal(["IntelMQ.Architecture.Tests.SinceTests+Sample.New was released with 1.1.0 at the latest, but says [Since(\"1.2.0\")]: remove it"], Objections(Api()));

    [Fact]
    public void A_version_that_does_not_come_next_is_wrong() =>
        Assert.Contains("expected 1.1.5, or a version after 1.1.0", Assert.Single(Objections(Api(" New("), new Version(1, 1, 5))), StringComparison.Ordinal);

    [Fact]
    public void A_constant_may_not_be_added() => Assert.Contains("constants are copied into packages", Assert.Single(Objections(Api(" New(", " Constant"))), StringComparison.Ordinal);

    [Fact]
    public void Members_of_a_new_type_come_with_it() => Assert.Empty(Objections(string.Join('\n', Describe(typeof(Sample))), null, typeof(NewSample)));

    [Fact]
    public void Before_the_first_release_nothing_is_new_and_nothing_may_say_so() => Assert.Single(Objections(null));
}
