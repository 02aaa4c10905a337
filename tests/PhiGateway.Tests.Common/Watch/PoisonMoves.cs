using PhiGateway.Watch.Feed;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>
/// What attackers do who know that what is new is seen: they come from another network with each call, or try what is harmless first; used by
/// <see cref="Attacks"/>.
/// </summary>
internal sealed class PoisonMoves
{
    private static readonly string[] Harmless = ["read Practitioner", "read Organization", "read Location"];
    private static readonly string[] Grave = ["export Patient", "delete Observation", "update Observation"];

    private readonly SyntheticClient _client;
    private readonly Chance _chance;
    private readonly string _used;
    private readonly string _first;
    private readonly string _then;
    private int _proxies;

    public PoisonMoves(SyntheticClient client, Chance chance)
    {
        (_client, _chance) = (client, chance);
        _used = $"203.{chance.Between(1, 200)}.{chance.Between(0, 250)}.7";
        (_first, _then) = (chance.Of(Harmless), chance.Of(Grave));
    }

    /// <summary>One day of one or two calls from each of many networks.</summary>
    public void Rotate(EventSink sink, DateTimeOffset date)
    {
        for (var left = _chance.Between(10, 40); left > 0; left--)
        {
            var peer = $"{_chance.Between(40, 60)}.{_client.Number % 250}.{_proxies++ % 250}.{_chance.Between(1, 250)}";
            From(sink, date, peer, _chance.Between(1, 2));
        }
    }

    /// <summary>One day of four.</summary>
    public void Step(AttackKind kind, EventSink sink, DateTimeOffset date, int step)
    {
        switch (kind, step)
        {
            case (AttackKind.DecoyNetworks, 0):
                for (var decoys = _chance.Between(1, 4); decoys > 0; decoys--)
                {
                    From(sink, date, $"198.{_chance.Between(1, 200)}.{_chance.Between(0, 250)}.7", 2);
                }

                From(sink, date.AddHours(1), _used, 2);
                break;
            case (AttackKind.DecoyNetworks, 2 or 3):
                From(sink, date, _used, _chance.Between(10, 60));
                break;
            case (AttackKind.DecoyOperations, 0):
                Doing(sink, date, _first, 2);
                break;
            case (AttackKind.DecoyOperations, 1 or 2):
                Doing(sink, date, _then, _chance.Between(1, 8));
                break;
        }
    }

    private void From(EventSink sink, DateTimeOffset date, string peer, int calls)
    {
        for (; calls > 0; calls--)
        {
            sink.Access(
                _client,
                date.AddHours(_chance.Between(8.0, 16.0)),
                _chance.Of(_client.Operations),
                [_chance.Of(_client.Roster)],
                3
            );

            // With tokens of its own, so that none is used in two places.
            sink.Last(seen => seen with { Peer = peer, Network = NetworkName.Of(peer), TokenHash = $"{_client.Id} from {peer}" });
        }
    }

    private void Doing(EventSink sink, DateTimeOffset date, string operation, int calls)
    {
        for (; calls > 0; calls--)
        {
            sink.Access(_client, date.AddHours(_chance.Between(9.0, 15.0)), operation, [_chance.Of(_client.Roster)], 1);
        }
    }
}
