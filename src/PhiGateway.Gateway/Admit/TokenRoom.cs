using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Endpoints;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Says how much of the token service a client may take, by its limits and the setting: apart from its calls, so that who calls as much as they
/// may still gets the token for the next call. Asked by the token service.
/// </summary>
internal sealed class TokenRoom(TokenServiceOptions options, GatewayMetrics metrics, TimeProvider clock) : ITokenRoom
{
    /// <summary>
    /// What the smallest limit of a client's own leaves here: a token, what became of it and giving it back are more than one request at once.
    /// </summary>
    private const int Least = 5;

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly ClientRoom _room = new(clock, () => metrics.CountExhausted("token-requests"));

    /// <inheritdoc />
    public TimeSpan WaitOf(ClientEntry client) => _room.WaitOf(client.Client.Id, RateOf(client.Client));

    /// <inheritdoc />
    public IDisposable? Enter(ClientEntry client, out TimeSpan wait)
    {
        if (_room.Enter(client.Client.Id, Smaller(options.Concurrency, client.Client.Limits.Concurrency)) is not { } place)
        {
            wait = Moment;
            return null;
        }

        wait = _room.Take(client.Client.Id, RateOf(client.Client));
        if (wait == TimeSpan.Zero)
        {
            return place;
        }

        place.Dispose();
        return null;
    }

    /// <inheritdoc />
    public void CountExhausted(string budget) => metrics.CountExhausted(budget);

    private int RateOf(Client client) =>
        Math.Min(
            Smaller(options.RequestsPerSecond, client.Limits.RequestsPerSecond),
            Smaller(options.RequestsPerSecond, client.Throttle?.RequestsPerSecond)
        );

    private static int Smaller(int setting, int? own) => own is { } most ? Math.Min(setting, Math.Max(most, Least)) : setting;
}
