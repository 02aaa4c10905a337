using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Counts over all nodes how many signals of a transmitter closed something of a sort within an hour of the clock, and stops at the most: a
/// transmitter that errs, or was taken over, must not close everything. Asked by <see cref="SignalEffects"/> before it closes.
/// </summary>
internal sealed class SignalBrake(ISingleUses uses, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Hour, int Next)> _places = new(StringComparer.Ordinal);

    /// <summary>Takes one of its places in this hour; false: there is none left. A signal that has one takes no other.</summary>
    /// <param name="transmitter">Its name.</param>
    /// <param name="sort">What is closed; each sort has places of its own.</param>
    /// <param name="most">How many places there are.</param>
    /// <param name="mark">By which the signal is known over all nodes.</param>
    public async Task<bool> TryTakeAsync(string transmitter, string sort, int most, string mark)
    {
        var now = time.GetUtcNow();
        var hour = now.ToUnixTimeSeconds() / 3600;
        if (await uses.IsUsedAsync(mark + ":place", CancellationToken.None))
        {
            return true;
        }

        while (NextOf($"{transmitter}:{sort}", hour) is var place && place < most)
        {
            if (await uses.TryUseAsync($"signals:{transmitter}:{sort}:{hour}:{place}", now.AddHours(2), CancellationToken.None))
            {
                await uses.TryUseAsync(mark + ":place", now.AddHours(2), CancellationToken.None);
                return true;
            }
        }

        return false;
    }

    // Places that other nodes have taken are met once and then known.
    private int NextOf(string counted, long hour)
    {
        lock (_lock)
        {
            var next = _places.TryGetValue(counted, out var known) && known.Hour == hour ? known.Next : 0;
            _places[counted] = (hour, next < int.MaxValue ? next + 1 : next);
            return next;
        }
    }
}
