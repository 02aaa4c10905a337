namespace PhiGateway.Admin.Editing;

/// <summary>
/// Gives the editor's changes their turns within this process: what closes a path has one of its own and never waits for anything else;
/// everything else takes turns, and lets those go first that close.
/// </summary>
/// <remarks>
/// A turn is a courtesy that keeps changes of one process from losing to each other in the store, which alone judges. So a change that opens
/// or is large may be overtaken while it is planned or written: it is then planned anew, over what the other one wrote.
/// </remarks>
internal sealed class EditTurns : IDisposable
{
    private readonly SemaphoreSlim _ordinary = new(1, 1);
    private readonly SemaphoreSlim _closing = new(1, 1);

    /// <summary>Waits for the turn of a change; it lasts until what is given is disposed of.</summary>
    /// <param name="edit">The change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IDisposable> EnterAsync(Edit edit, CancellationToken cancellationToken)
    {
        // Rows of their own are judged against nothing: an emergency stop has nobody to lose to.
        if (edit.IsRowsOnly)
        {
            return new Turn(null);
        }

        if (edit.IsClosing)
        {
            await _closing.WaitAsync(cancellationToken);
            return new Turn(_closing);
        }

        await _ordinary.WaitAsync(cancellationToken);
        try
        {
            // Through the door of those that close, so that they lose to one change at most: the one that had begun before them.
            await _closing.WaitAsync(cancellationToken);
            _closing.Release();
            return new Turn(_ordinary);
        }
        catch
        {
            _ordinary.Release();
            throw;
        }
    }

    public void Dispose()
    {
        _ordinary.Dispose();
        _closing.Dispose();
    }

    private sealed class Turn(SemaphoreSlim? held) : IDisposable
    {
        private SemaphoreSlim? _held = held;

        public void Dispose() => Interlocked.Exchange(ref _held, null)?.Release();
    }
}
