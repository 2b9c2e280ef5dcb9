using System.Reflection;

namespace IntelMQ.Architecture.Tests;

public sealed class PublicApiTests
{
    [Theory]
    [InlineData("IntelMQ.Sdk")]
    [InlineData("IntelMQ.Sdk.Testing")]
    public void What_authors_compile_against_is_what_was_approved(string assembly) => Approval.Verify(assembly, PublicApi.Describe(Assembly.Load(assembly)));
}
