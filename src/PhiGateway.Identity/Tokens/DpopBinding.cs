using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Proofs;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>Holds tokens that are bound to a key (<c>cnf.jkt</c>) to a proof by that key on each call: RFC 9449.</summary>
internal sealed class DpopBinding(DpopChecker proofs) : ITokenBinding
{
    public bool IsOfSchemeDpop => true;

    public bool CountsOnce => true;

    public bool Binds(CachedToken token) => token.Key is not null;

    public ValueTask<CallerResult> CheckAsync(CachedToken token, HttpContext context, string? publicOrigin)
    {
        var check = proofs.CheckAsync(context, publicOrigin, token.Key!);
        return check.IsCompletedSuccessfully ? new(Proven(token, check.Result)) : Awaited(token, check);
    }

    private static async ValueTask<CallerResult> Awaited(CachedToken token, ValueTask<ProofCheck> check) => Proven(token, await check);

    private static CallerResult Proven(CachedToken token, ProofCheck check)
    {
        var result = check.Key.TryGet(out _, out var refusal)
            ? CallerResult.Of(token.Caller)
            : CallerResult.Refused(refusal, token.Caller.ClientId, check.Key.Detail);
        if (refusal == DenyReason.DpopProofReplayed)
        {
            result = result with { Replayed = token.Caller };
        }

        return check.Nonce is null ? result : result with { Nonce = check.Nonce };
    }
}
