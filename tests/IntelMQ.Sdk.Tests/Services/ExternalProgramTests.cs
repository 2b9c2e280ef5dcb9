using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class ExternalProgramTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static ExternalProgram Shell(string script) => new() { FileName = "sh", Arguments = ["-c", script] };

    [Fact]
    public async Task A_program_gets_input_and_environment_and_gives_output_errors_and_exit_code()
    {
        var program = Shell("cat; echo \"$GREETING\"; echo wrong >&2; exit 3") with { Input = Encoding.UTF8.GetBytes("in "), Environment = new Dictionary<string, string?> { ["GREETING"] = "hello" } };
        var result = await program.RunAsync(Token);
        Assert.Equal((3, "in hello\n", "wrong"), (result.ExitCode, result.Text, result.Errors));
    }

    [Fact]
    public async Task Much_output_and_input_that_is_not_read_do_not_block()
    {
        var result = await (Shell("head -c 1000000 /dev/zero") with { Input = new byte[1_000_000] }).RunAsync(Token);
        Assert.Equal((0, 1_000_000), (result.ExitCode, result.Output.Length));
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_killed_and_said_to_be_late() =>
        Assert.Contains("sh has not ended", (await Assert.ThrowsAsync<TransientException>(() => (Shell("exec tail -f /dev/null") with { Timeout = TimeSpan.FromMilliseconds(50) }).RunAsync(Token))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_program_that_is_not_installed_is_an_error_of_the_configuration() =>
        await Assert.ThrowsAsync<ConfigurationException>(() => new ExternalProgram { FileName = "no-such-program-here" }.RunAsync(Token));
}
