using System.Collections.Concurrent;
using System.Net;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>Clients that read again and again and note what they received: the oracle that the trail is held against.</summary>
internal sealed class Readers : IAsyncDisposable
{
    private readonly ConcurrentBag<string> _received = [];
    private readonly ConcurrentBag<string> _refused = [];
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task[] _reading;

    /// <param name="world">Whose node is read from.</param>
    /// <param name="token">Whose reads they are.</param>
    /// <param name="count">How many read at once.</param>
    public Readers(GatewayWorld world, string token, int count) =>
        _reading = [.. Enumerable.Range(0, count).Select(_ => Task.Run(() => ReadAsync(world, token)))];

    /// <summary>Decision ids of answers that were received whole.</summary>
    public IReadOnlyCollection<string> Received => _received;

    /// <summary>Codes of answers that were refusals.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    /// <summary>Waits until so many more were received, or refused.</summary>
    public async Task MoreAsync(int count)
    {
        var before = _received.Count + _refused.Count;
        while (_received.Count + _refused.Count < before + count)
        {
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await Task.WhenAll(_reading);
        _stopped.Dispose();
    }

    private async Task ReadAsync(GatewayWorld world, string token)
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var reply = await world.GetAsync("/Patient/f001", token);
                if (reply.Status == HttpStatusCode.OK)
                {
                    _received.Add(reply.DecisionId);
                }
                else
                {
                    _refused.Add(reply.Code ?? string.Empty);
                }
            }
            catch (HttpRequestException)
            {
                // The node is away: what did not come whole was not received.
                await Task.Delay(20);
            }
        }
    }
}
