using System.Runtime.InteropServices;

namespace IntelMQ.Cli.CommandLine;

/// <summary>Turns Ctrl-C and SIGTERM into the cancellation of a token, so that what is under way ends well.</summary>
sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource _source;
    readonly PosixSignalRegistration[] _registrations;

    Interruption(CancellationToken cancellationToken)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel)];
    }

    public CancellationToken Token => _source.Token;

    public static Interruption Watch(CancellationToken cancellationToken) => new(cancellationToken);

    void Cancel(PosixSignalContext context)
    {
        context.Cancel = true;
        _ = _source.CancelAsync();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
