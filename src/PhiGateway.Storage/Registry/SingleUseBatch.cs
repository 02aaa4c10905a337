using System.Globalization;
using System.Text;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>
/// Takes single uses of many requests in one statement: while one is on its way to the database, those that come meanwhile wait for the next,
/// so that a commit is paid once for all of them. Used by <see cref="SqlSingleUses"/>.
/// </summary>
/// <remarks>
/// Thread-safe. One that comes alone waits for nobody. Security: a use is given to exactly one of all who ask for it, in one statement as over
/// all nodes; a statement that fails gives none. One that hangs, as over a connection that is half open, is given up after a while, and no
/// more wait behind it than the next few can take.
/// </remarks>
/// <param name="database">The registry's.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
/// <param name="patience">How long one statement may take, with its turn and its connection; null: five seconds.</param>
internal sealed class SingleUseBatch(Database database, Func<CancellationToken, ValueTask<IDisposable?>> enter, TimeSpan? patience = null)
{
    private const int MostOfOne = 128;

    /// <summary>How many may wait for the next statements; who comes beyond is told at once.</summary>
    internal const int MostWaiting = 32 * MostOfOne;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<Asked> _waiting = new();
    private bool _isRunning;

    /// <summary>Takes one use; true for the first who asks.</summary>
    /// <exception cref="TimeoutException">The database took too long, or too many wait for it already.</exception>
    public Task<bool> TryUseAsync(string use, DateTimeOffset until)
    {
        var asked = new Asked(use, until, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        bool isFirst;
        lock (_lock)
        {
            if (_waiting.Count >= MostWaiting)
            {
                return Task.FromException<bool>(new TimeoutException("Too many wait for the database."));
            }

            _waiting.Enqueue(asked);
            isFirst = !_isRunning;
            _isRunning = true;
        }

        if (isFirst)
        {
            _ = RunAsync();
        }

        return asked.Answer.Task;
    }

    private async Task RunAsync()
    {
        await MakeAsync();
        if (!HasMore())
        {
            return;
        }

        // SQLite's driver does not let go of the thread: whoever came first would make the statements of all who come meanwhile, and get
        // back to its own request when nobody comes any more. So it makes the one that it is in, and leaves the others to the pool.
        await Task.Yield();
        do
        {
            await MakeAsync();
        } while (HasMore());
    }

    // False: whoever comes next begins anew.
    private bool HasMore()
    {
        lock (_lock)
        {
            _isRunning = _waiting.Count > 0;
            return _isRunning;
        }
    }

    private async Task MakeAsync()
    {
        var asked = Take();
        try
        {
            var taken = await InsertAsync(asked);
            foreach (var one in asked)
            {
                // Of two who ask for the same in one statement the first has it.
                one.Answer.SetResult(taken.Remove(one.Use));
            }
        }
#pragma warning disable CA1031 // Whatever is wrong: everybody who waits for it is told.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Nobody who waits has given up: a statement that was is the database's fault.
            var told = fault is OperationCanceledException ? new TimeoutException("The database took too long.", fault) : fault;
            foreach (var one in asked)
            {
                one.Answer.TrySetException(told);
            }
        }
    }

    private List<Asked> Take()
    {
        lock (_lock)
        {
            var asked = new List<Asked>(Math.Min(_waiting.Count, MostOfOne));
            while (asked.Count < MostOfOne && _waiting.TryDequeue(out var one))
            {
                asked.Add(one);
            }

            return asked;
        }
    }

    // In one order everywhere, so that two nodes that take the same uses never wait for each other.
    private async Task<HashSet<string>> InsertAsync(List<Asked> asked)
    {
        var rows = asked.DistinctBy(static one => one.Use).OrderBy(static one => one.Use, StringComparer.Ordinal);
        using var time = new CancellationTokenSource(patience ?? Usual);
        using var turn = await enter(time.Token);
        await using var connection = await database.OpenAsync(time.Token);
        await using var command = connection.CreateCommand();
        var text = new StringBuilder("INSERT INTO single_use (use, until) VALUES ");
        var number = 0;
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(number == 0 ? "" : ", ")}(@u{number}, @t{number})");
            command
                .With(string.Create(CultureInfo.InvariantCulture, $"u{number}"), row.Use)
                .With(string.Create(CultureInfo.InvariantCulture, $"t{number}"), database.Time(row.Until));
            number++;
        }

#pragma warning disable CA2100 // names of parameters only; values travel as parameters
        command.CommandText = text.Append(" ON CONFLICT (use) DO NOTHING RETURNING use").ToString();
#pragma warning restore CA2100
        var taken = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(time.Token);
        while (await reader.ReadAsync(time.Token))
        {
            taken.Add(reader.GetString(0));
        }

        return taken;
    }

    private sealed record Asked(string Use, DateTimeOffset Until, TaskCompletionSource<bool> Answer);
}
