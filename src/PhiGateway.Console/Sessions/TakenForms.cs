namespace PhiGateway.Console.Sessions;

/// <summary>
/// Takes each form that was shown once, however often it is sent: whoever clicks twice waits for the first click and is led where that one
/// leads. Of one session; thread-safe and bounded.
/// </summary>
/// <param name="time">By which a click is a second one; null: the machine's.</param>
/// <remarks>What is refused, or fails, was not taken: the form may be sent again. A form that was filled in otherwise is another one.</remarks>
internal sealed class TakenForms(TimeProvider? time = null)
{
    // Of so many the oldest that is done is forgotten; one that runs still nobody may take beside.
    private const int Most = 64;

    // A second click comes within moments after what the first one did, however long that took; one that comes later, by a page that was
    // left open, means it: what the first one did may be undone by then.
    private static readonly TimeSpan Moments = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Task<object?> Click, long At)> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes a form, or waits for the click that takes it.</summary>
    /// <param name="form">Which one, and what was filled in.</param>
    /// <param name="take">Does what it asks for.</param>
    /// <param name="isTaken">Whether what came of it is that it was done.</param>
    public async Task<T> TakeAsync<T>(string form, Func<Task<T>> take, Func<T, bool> isTaken)
        where T : class
    {
        var mine = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (Claim(form, mine.Task) is { } first)
        {
            if (await first is T known)
            {
                return known;
            }
        }

        object? done = null;
        try
        {
            var answer = await take();
            done = isTaken(answer) ? answer : null;
            return answer;
        }
        finally
        {
            End(form, mine.Task, isTaken: done is not null);
            mine.SetResult(done);
        }
    }

    // The click that takes it; null: it is the caller's.
    private Task<object?>? Claim(string form, Task<object?> mine)
    {
        lock (_gate)
        {
            if (_taken.TryGetValue(form, out var first) && (!first.Click.IsCompleted || _time.GetElapsedTime(first.At) < Moments))
            {
                return first.Click;
            }

            if (_taken.Count >= Most)
            {
                ForgetOldest();
            }

            _taken[form] = (mine, _time.GetTimestamp());
            return null;
        }
    }

    private void ForgetOldest()
    {
        var done = _taken.Where(static pair => pair.Value.Click.IsCompleted).ToList();
        if (done.Count > 0)
        {
            _taken.Remove(done.MinBy(static pair => pair.Value.At).Key);
        }
    }

    private void End(string form, Task<object?> mine, bool isTaken)
    {
        lock (_gate)
        {
            if (isTaken)
            {
                _taken[form] = (mine, _time.GetTimestamp());
            }
            else
            {
                _taken.Remove(form);
            }
        }
    }
}
