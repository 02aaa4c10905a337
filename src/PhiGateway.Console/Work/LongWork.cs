using System.Runtime.ExceptionServices;
using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.Work;

/// <summary>
/// Makes what takes longer than a page may: begun by the first who asks, it goes on behind the pages and is found again by whoever asks for
/// the same. Asked by screens whose counts grow with the trail or the registry. Thread-safe and bounded: what everybody looks at has places
/// of its own, and one person has a share of each room, so that nobody's searches keep another's first screen waiting.
/// </summary>
/// <remarks>
/// What is kept here is counts and reports, and a record only while its explanation is being made for whoever opened it. A key names
/// everything that decides who may see it. What is gathered of one patient is shown once, and is gone minutes after nobody came for it; who
/// saw the patient is kept as counts.
/// </remarks>
internal sealed class LongWork : IDisposable
{
    // Of so many things one is made or kept at a time in each room; who comes then is told to ask again.
    internal const int Most = 32;

    // So many of them may be one person's.
    internal const int MostOfOne = 4;

    // For so long the further pages of something show what was counted for its first one.
    internal static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // For so long something waits to be asked for by whoever began it.
    private static readonly TimeSpan Waiting = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly ConsoleOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<WorkKey, Entry> _entries = [];
    private readonly CancellationTokenSource _stop = new();

    public LongWork(ConsoleOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _timer = time.CreateTimer(_ => SweepNow(), null, Look, Look);
    }

    /// <summary>What is known under a key, after a moment's patience.</summary>
    /// <param name="key">What it is, of whom, and who may see it.</param>
    /// <param name="fresh">
    /// How long it counts as new; older, it is made again, and shown as it was where that takes longer than the patience.
    /// </param>
    /// <param name="make">Makes it; it does not end with the request that began it.</param>
    /// <returns>What was made; null: it is being made still.</returns>
    public Task<T?> FindAsync<T>(WorkKey key, TimeSpan fresh, Func<CancellationToken, Task<T>> make)
        where T : class => FindAsync(key, fresh, isOnce: false, make);

    /// <summary>The same of what is shown once, and made anew for the next look.</summary>
    public Task<T?> OnceAsync<T>(WorkKey key, Func<CancellationToken, Task<T>> make)
        where T : class => FindAsync(key, Waiting, isOnce: true, make);

    /// <summary>Whether something under a key is made or kept now.</summary>
    public bool IsBegun(WorkKey key)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(key, out var entry) && !entry.IsDropped;
        }
    }

    /// <summary>Whether what is under a key is being made now, whatever was made of it before.</summary>
    public bool IsMaking(WorkKey key)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(key, out var entry) && entry.Running is not null;
        }
    }

    /// <summary>
    /// Keeps what a page was made of while something beside it is being made, so that the page which asks again by itself reads nothing anew;
    /// until it is dropped, or nobody came for it. Without room it is not kept.
    /// </summary>
    public void Hold<T>(WorkKey key, T found)
        where T : class
    {
        lock (_gate)
        {
            Sweep();
            if (_entries.Remove(key) || IsRoom(key))
            {
                _entries[key] = new Entry(isOnce: true) { Made = found, At = _time.GetUtcNow() };
            }
        }
    }

    /// <summary>What <see cref="Hold"/> keeps under a key; null: nothing.</summary>
    public T? Held<T>(WorkKey key)
        where T : class
    {
        lock (_gate)
        {
            Sweep();
            return _entries.GetValueOrDefault(key)?.Made as T;
        }
    }

    /// <summary>
    /// Lets go of what is made, or being made, under a key: a step has changed what it would say. What is being made keeps its place to its
    /// end, so that nobody has more made at once by dropping it.
    /// </summary>
    public void Drop(WorkKey key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry) && entry.Running is not null)
            {
                entry.IsDropped = true;
            }
            else
            {
                _entries.Remove(key);
            }
        }
    }

    /// <summary>Ends what is being made.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task<T?> FindAsync<T>(WorkKey key, TimeSpan fresh, bool isOnce, Func<CancellationToken, Task<T>> make)
        where T : class
    {
        Entry? entry;
        Task<object> running;
        T? older;
        lock (_gate)
        {
            Sweep();
            if (!_entries.TryGetValue(key, out entry))
            {
                if (!IsRoom(key))
                {
                    return null;
                }

                _entries[key] = entry = new Entry(isOnce);
            }

            if (entry.IsDropped)
            {
                // It is made anew when that has ended.
                return null;
            }

            if (entry.Fault is { } fault)
            {
                // It came to nobody's eyes: told once, and then tried again.
                _entries.Remove(key);
                ExceptionDispatchInfo.Throw(fault);
            }

            var isNew = _time.GetUtcNow() - entry.At < fresh;
            if (entry.Made is T known && isNew)
            {
                return Take(key, entry, known);
            }

            if (entry.Running is null)
            {
                var begun = entry;
                entry.Running = Task.Run(() => RunAsync(key, begun, async token => await make(token)), CancellationToken.None);
            }

            older = isOnce ? null : entry.Made as T;
            running = entry.Running;
        }

        if (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(_options.Patience, CancellationToken.None));
        }

        if (!running.IsCompleted)
        {
            return older;
        }

        try
        {
            return Take(key, entry, (T)await running);
        }
        catch
        {
            lock (_gate)
            {
                Forget(key, entry);
            }

            throw;
        }
    }

    private T Take<T>(WorkKey key, Entry entry, T made)
    {
        if (entry.IsOnce)
        {
            lock (_gate)
            {
                Forget(key, entry);
            }
        }

        return made;
    }

    // What was begun under the same key since keeps its place: it is another's, and may be in the making.
    private void Forget(WorkKey key, Entry entry)
    {
        if (_entries.GetValueOrDefault(key) == entry)
        {
            _entries.Remove(key);
        }
    }

    private async Task<object> RunAsync(WorkKey key, Entry entry, Func<CancellationToken, Task<object>> make)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(Longest);
        try
        {
            var made = await make(patience.Token);
            lock (_gate)
            {
                entry.Made = made;
                End(key, entry);
            }

            return made;
        }
        catch (Exception fault)
        {
            // Whoever waits is told, else whoever asks next; after that it is tried again.
            lock (_gate)
            {
                entry.Fault = fault;
                End(key, entry);
            }

            throw;
        }
    }

    private void End(WorkKey key, Entry entry)
    {
        (entry.At, entry.Running) = (_time.GetUtcNow(), null);
        if (entry.IsDropped)
        {
            _entries.Remove(key);
        }
    }

    private void SweepNow()
    {
        lock (_gate)
        {
            Sweep();
        }
    }

    // What nobody has made anew for an hour is let go, and what is shown once when nobody came for it.
    private void Sweep()
    {
        var now = _time.GetUtcNow();
        foreach (
            var key in _entries
                .Where(pair => pair.Value is { Running: null } entry && now - entry.At > entry.Keeps)
                .Select(static pair => pair.Key)
                .ToList()
        )
        {
            _entries.Remove(key);
        }
    }

    // A person's share first: what is theirs and done gives way to what they ask now.
    private bool IsRoom(WorkKey key) =>
        (key.Person is not { } person || IsRoom(MostOfOne, one => one.IsEverybodys == key.IsEverybodys && one.Person == person))
        && IsRoom(Most, one => one.IsEverybodys == key.IsEverybodys);

    private bool IsRoom(int most, Func<WorkKey, bool> isCounted)
    {
        var there = _entries.Where(pair => isCounted(pair.Key)).ToList();
        if (there.Count < most)
        {
            return true;
        }

        // What was shown is made again before what somebody waits for.
        var done = there.Where(static pair => pair.Value.Running is null).ToList();
        return done.Count > 0 && _entries.Remove(done.MinBy(static pair => (pair.Value.IsOnce, pair.Value.At)).Key);
    }

    private sealed class Entry(bool isOnce)
    {
        // Shown once, and waiting for that until then; else shown until it is made anew.
        public bool IsOnce => isOnce;

        public TimeSpan Keeps => isOnce ? Waiting : Kept;

        public object? Made { get; set; }

        public DateTimeOffset At { get; set; }

        public Task<object>? Running { get; set; }

        public Exception? Fault { get; set; }

        // Nobody is shown it who did not wait for it already.
        public bool IsDropped { get; set; }
    }
}
