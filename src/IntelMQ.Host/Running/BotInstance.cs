using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>The bot of one worker. It can be made anew when what it holds is of no use any more.</summary>
sealed class BotInstance : IAsyncDisposable
{
    readonly Func<ValueTask<Bot>> _make;
    readonly IDisposable? _services;

    BotInstance(Func<ValueTask<Bot>> make, Bot bot, IDisposable? services) => (_make, Bot, _services) = (make, bot, services);

    public Bot Bot { get; private set; }

    /// <param name="make">Makes the bot, and later others in its place.</param>
    /// <param name="services">What bots are given; let go of behind each bot.</param>
    public static async ValueTask<BotInstance> CreateAsync(Func<ValueTask<Bot>> make, IDisposable? services = null)
    {
        try
        {
            return new(make, await make(), services);
        }
        catch
        {
            services?.Dispose();
            throw;
        }
    }

    public ValueTask StartAsync(CancellationToken cancellationToken) => Bot.StartAsync(cancellationToken);

    /// <summary>Lets go of the bot and starts another one with the same parameters in its place.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        Bot = await _make();
        await StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Bot.DisposeAsync();
        }
        catch (Exception e)
        {
            Bot.Context.Log.Error("The bot failed when it was to let go of what it holds.", e);
        }

        _services?.Dispose();
    }
}
