using PhiGateway.Admin.Http;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Status;

/// <summary>Says which of the stores answers, once one did not: so that people are told what still works. Called by the console.</summary>
internal sealed class StoreProbe(IRegistryStore registry, IAuditStore trail)
{
    // Somebody waits for a page.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks each of them something small.</summary>
    public async Task<StoresThere> LookAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var (one, other) = (
            AnswersAsync(async token => await registry.GetRevisionAsync(token), patience.Token),
            AnswersAsync(async token => await trail.ListLogsAsync(token), patience.Token)
        );
        return new StoresThere(await one, await other);
    }

    private static async Task<bool> AnswersAsync(Func<CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await ask(cancellationToken);
            return true;
        }
        catch (Exception fault) when (AdminBoundary.IsDatabase(fault) || fault is OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>Which stores answer.</summary>
/// <param name="Registry">Whether the registry's does.</param>
/// <param name="Trail">Whether the audit store does.</param>
internal sealed record StoresThere(bool Registry, bool Trail);
