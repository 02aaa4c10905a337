using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Exchange;

internal sealed partial class GatewayExchange
{
    /// <summary>What was decided over last: with what is stored, or what its condition asked.</summary>
    public IReadOnlyList<AccessPart> DecidedParts
    {
        get
        {
            if (_recognized.IsFilled && _settled.Value.Unless is { } unless)
            {
                return unless.Request.Parts;
            }

            return _settled.IsFilled && _settled.Value.Parts is { } parts ? parts : Request.Parts;
        }
    }

    /// <summary>From here on it is judged by this snapshot, at this moment; its client is found anew.</summary>
    public void Renew(RegistrySnapshot snapshot, DateTimeOffset now)
    {
        var isNewer = !ReferenceEquals(snapshot, Snapshot);
        (Snapshot, Now) = (snapshot, now);
        if (isNewer && _identified.IsFilled)
        {
            var caller = _identified.Value.Caller;
            _identified.Refill(new Identified(caller, snapshot.FindClient(caller.Issuer, caller.ClientId)));
        }
    }

    /// <summary>From here on its client goes on with a renewed token, which stands in its records.</summary>
    public void TurnTo(Caller caller) => _identified.Refill(_identified.Value with { Caller = caller });

    /// <summary>Replaces the decision of an entry of a batch whose turn came late.</summary>
    public void Redecide(in Decided decided) => _decided.Refill(decided);

    /// <summary>What is judged from here on is judged by this policy; the obligations stay those under which the call went.</summary>
    public void Rejudge(ReleasePolicy release)
    {
        if (_recognized.IsFilled && _recognized.Value.Permit is { } recognized)
        {
            _recognized.Refill(_recognized.Value with { Permit = recognized with { Release = release } });
        }

        if (_settled.IsFilled)
        {
            _settled.Refill(_settled.Value with { Permit = _settled.Value.Permit with { Release = release } });
        }
    }
}
