using System.Runtime.InteropServices;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Takes Ctrl-C and termination signals from the moment it is made, and keeps what came before somebody waits for it; made by
/// <see cref="GatewayHost"/> before anything listens.
/// </summary>
/// <remarks>
/// The web applications take the same signals and tell them to nobody here: without this one, a signal that comes while the node is starting
/// would be taken and lost.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _taken;

    public StopSignals() =>
        _taken = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take), PosixSignalRegistration.Create(PosixSignal.SIGINT, Take)];

    /// <summary>Ends with the first signal.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Ends with the second.</summary>
    public Task AskedAgain => _again.Task;

    public void Dispose()
    {
        foreach (var taken in _taken)
        {
            taken.Dispose();
        }
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_asked.TrySetResult())
        {
            _again.TrySetResult();
        }
    }
}
