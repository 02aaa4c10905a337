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
/// all nodes; a statement that fails gives none.
/// </remarks>
/// <param name="database">The registry's.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
internal sealed class SingleUseBatch(Database database, Func<CancellationToken, ValueTask<IDisposable?>> enter)
{
    /// <summary>Most who wait for the next statement; whoever comes beyond is told that the database is away.</summary>
    internal const int MostWaiting = 4096;

    private const int MostOfOne = 128;

    private readonly Lock _lock = new();
    private readonly Queue<Asked> _waiting = new();
    private bool _isRunning;

    /// <summary>Takes one use; true for the first who asks.</summary>
    public Task<bool> TryUseAsync(string use, DateTimeOffset until)
    {
        var asked = new Asked(use, until, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        bool isFirst;
        lock (_lock)
        {
            if (_waiting.Count >= MostWaiting)
            {
                return Task.FromException<bool>(
                    new StorageException(StorageProblem.Unreachable, "The registry takes single uses more slowly than they come.")
                );
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
        while (true)
        {
            List<Asked> asked;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _isRunning = false;
                    return;
                }

                asked = Take();
            }

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
                // So is everybody who came meanwhile: one statement after the other, each as long as a database that hangs is waited for,
                // would keep them for minutes.
                foreach (var one in asked.Concat(TakeAll()))
                {
                    one.Answer.TrySetException(fault);
                }
            }
        }
    }

    private List<Asked> TakeAll()
    {
        lock (_lock)
        {
            var asked = _waiting.ToList();
            _waiting.Clear();
            return asked;
        }
    }

    private List<Asked> Take()
    {
        var asked = new List<Asked>(Math.Min(_waiting.Count, MostOfOne));
        while (asked.Count < MostOfOne && _waiting.TryDequeue(out var one))
        {
            asked.Add(one);
        }

        return asked;
    }

    // In one order everywhere, so that two nodes that take the same uses never wait for each other.
    private async Task<HashSet<string>> InsertAsync(List<Asked> asked)
    {
        var rows = asked
            .GroupBy(static one => one.Use)
            .Select(static same => same.First())
            .OrderBy(static one => one.Use, StringComparer.Ordinal);
        using var turn = await enter(CancellationToken.None);
        await using var connection = await database.OpenAsync(CancellationToken.None);
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
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            taken.Add(reader.GetString(0));
        }

        return taken;
    }

    private sealed record Asked(string Use, DateTimeOffset Until, TaskCompletionSource<bool> Answer);
}
