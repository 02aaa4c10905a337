using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// Checks the DPoP proof of a request against the key that its token is bound to: RFC 9449 section 4.3, in the order of what a check
/// costs. Called by <c>DpopBinding</c> on every call, also for tokens that are known.
/// </summary>
/// <remarks>
/// A proof counts once. One with a nonce of this node's is remembered here, since no other node takes it; one without is remembered in the
/// registry's database too, by all nodes; one with another nonce is refused.
/// </remarks>
internal sealed class DpopChecker(
    DpopOptions options,
    NonceKeeper nonces,
    SeenProofs seen,
    ISingleUses? shared,
    TimeProvider time,
    ILogger<DpopChecker> logger
) : IKeyProof
{
    private const int MaximumLength = 6 * 1024;

    // With a nonce the clock of the client does not matter for freshness; that far off it is no clock.
    private static readonly TimeSpan SkewWithNonce = TimeSpan.FromMinutes(5);

    private readonly ProofKeys _keys = new();
    private long _saidAt;

    /// <summary>Checks the request's proof.</summary>
    /// <param name="context">The request.</param>
    /// <param name="publicOrigin">Scheme and authority that clients use; null: the request's own.</param>
    /// <param name="key">The key that the token is bound to.</param>
    public ValueTask<ProofCheck> CheckAsync(HttpContext context, string? publicOrigin, BoundKey key) =>
        CheckAsync(context, publicOrigin, context.Request.Host, key);

    private ValueTask<ProofCheck> CheckAsync(HttpContext context, string? publicOrigin, HostString host, BoundKey key)
    {
        var values = context.Request.Headers["DPoP"];
        if (values is not [{ Length: > 0 and <= MaximumLength } text])
        {
            return Invalid(values.Count == 0 ? "dpop:absent" : "dpop:not-one");
        }

        var proof = text.AsSpan();
        Span<Range> parts = stackalloc Range[4];
        if (
            proof.Split(parts, '.') != 3
            || !CompactText.IsCanonical(proof[parts[2]])
            || !CompactText.TryParse(proof[parts[1]], out var payload)
        )
        {
            return Invalid("dpop:form");
        }

        using (payload)
        {
            if ((DpopProof.Read(payload.RootElement, out var claims) ?? FirstFalse(context, publicOrigin, host, key, claims)) is { } wrong)
            {
                return Invalid("dpop:" + wrong);
            }

            return Judge(text, parts[0].End.Value, parts[2].Start.Value, claims, key);
        }
    }

    public async ValueTask<KeyProof> ReadAsync(HttpContext context, string publicOrigin)
    {
        var key = new BoundKey(null, null);
        // The public address alone: nobody has said here that the host which a request names is ours.
        var check = await CheckAsync(context, publicOrigin, default, key);
        if (!check.Key.TryGet(out _, out var refusal))
        {
            return new KeyProof(Reading<string>.Refused(refusal, check.Key.Detail), check.Nonce);
        }

        var thumbprint = key.Thumbprint is { } found
            ? Reading<string>.Of(Base64Url.EncodeToString(found))
            : Reading<string>.Refused(DenyReason.DpopProofInvalid, "dpop:key");
        return new KeyProof(thumbprint, check.Nonce);
    }

    private ValueTask<ProofCheck> Judge(string text, int headerEnd, int signatureStart, in DpopProof claims, BoundKey key)
    {
        // 1. Fresh, by our nonce or by the clock.
        var isNewest = true;
        var hasNonce = claims.Nonce is not null;
        if (hasNonce ? !nonces.Knows(claims.Nonce!, out isNewest) : options.Nonce == DpopNonceRule.Always)
        {
            return AskForNonce();
        }

        var now = time.GetUtcNow();
        var skew = hasNonce ? SkewWithNonce : options.MaxAge;
        if (!(Math.Abs(claims.IssuedAt - now.ToUnixTimeMilliseconds() / 1000.0) <= skew.TotalSeconds))
        {
            return Invalid("dpop:iat");
        }

        // 2. The key of the token, and its signature.
        if (FirstFalse(text, headerEnd, signatureStart, key, out var reason) is { } wrong)
        {
            return new(ProofCheck.Refused(reason, "dpop:" + wrong));
        }

        // 3. Once.
        var mark = MarkOf(key.Thumbprint!, claims.Id);
        if (!key.CountProof(seen.OfOneToken))
        {
            return new(ProofCheck.Refused(DenyReason.TooManyProofs, "dpop:of-one-token"));
        }

        switch (seen.Take(mark))
        {
            case ProofUse.Seen:
                return new(ProofCheck.Refused(DenyReason.DpopProofReplayed));
            case ProofUse.NoRoom:
                return new(ProofCheck.Refused(DenyReason.TooManyProofs, "dpop:of-all"));
            case ProofUse.First when hasNonce || shared is null:
                return new(ProofCheck.Of(key, isNewest ? null : nonces.Current));
            case ProofUse.First:
                return ShareAsync(key, mark, now + (options.MaxAge * 2));
            default:
                return Invalid("dpop:use");
        }
    }

    private async ValueTask<ProofCheck> ShareAsync(BoundKey key, UInt128 mark, DateTimeOffset until)
    {
        try
        {
            // Not given up with the client: a use that was taken is taken.
            return await shared!.TryUseAsync($"dpop:{mark:x32}", until, CancellationToken.None)
                ? ProofCheck.Of(key)
                : ProofCheck.Refused(DenyReason.DpopProofReplayed);
        }
#pragma warning disable CA1031 // Whatever is wrong with the database: what it cannot remember, a nonce of this node's makes good here only.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Say(fault.GetType().Name);
            return ProofCheck.Refused(DenyReason.DpopNonceRequired, "dpop:not-shared", nonces.Current);
        }
    }

    // Once a minute: what clients can cause must not fill the log.
    private void Say(string fault)
    {
        var now = time.GetUtcNow().UtcTicks;
        var said = Interlocked.Read(ref _saidAt);
        if (now - said >= TimeSpan.TicksPerMinute && Interlocked.CompareExchange(ref _saidAt, now, said) == said)
        {
            IdentityLog.ProofsNotShared(logger, fault);
        }
    }

    private static string? FirstFalse(HttpContext context, string? publicOrigin, HostString host, BoundKey key, in DpopProof claims)
    {
        var request = context.Request;
        var made = context.Features.Get<ProvenCall>();
        if (!string.Equals(claims.Method, made?.Method ?? request.Method, StringComparison.Ordinal))
        {
            return "htm";
        }

        var target = made?.RawTarget ?? context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target) || !CalledUri.IsNamedBy(claims.Uri, publicOrigin, host, request.Scheme, target))
        {
            return "htu";
        }

        return string.Equals(claims.TokenHash, key.TokenHash, StringComparison.Ordinal) ? null : "ath";
    }

    private string? FirstFalse(string text, int headerEnd, int signatureStart, BoundKey bound, out DenyReason reason)
    {
        reason = DenyReason.DpopProofInvalid;
        var header = text.AsSpan(0, headerEnd);
        var kept = _keys.Take(header);
        if (kept is not null && !bound.Admits(kept.Thumbprint))
        {
            _keys.Give(kept);
            reason = DenyReason.BindingFailed;
            return "jkt";
        }

        var key = kept;
        if (key is null && FirstFalse(header, bound, out key, ref reason) is { } wrong)
        {
            return wrong;
        }

        var verified = Verifies(key!.Key, text.AsSpan(0, signatureStart - 1), text.AsSpan(signatureStart));
        if (verified || kept is not null)
        {
            _keys.Give(key);
        }
        else
        {
            // Nobody has shown that it is theirs.
            key.Key.Dispose();
        }

        return verified ? null : "signature";
    }

    private static string? FirstFalse(ReadOnlySpan<char> segment, BoundKey bound, out ProofKeys.ReadKey? key, ref DenyReason reason)
    {
        key = null;
        if (!CompactText.TryParse(segment, out var document))
        {
            return "header";
        }

        using (document)
        {
            var header = document.RootElement;
            if (
                CompactText.HasExtension(header)
                || !CompactText.TryMember(header, "typ", out var type)
                || !string.Equals(type, "dpop+jwt", StringComparison.OrdinalIgnoreCase)
            )
            {
                return "typ";
            }

            if (!CompactText.TryMember(header, "alg", out var name) || ProofAlgorithm.Find(name) is not { } algorithm)
            {
                return "alg";
            }

            Span<byte> thumbprint = stackalloc byte[32];
            if (!header.TryGetProperty("jwk", out var jwk) || !ProofKey.TryIdentify(jwk, algorithm, thumbprint))
            {
                return "jwk";
            }

            if (!bound.Admits(thumbprint))
            {
                reason = DenyReason.BindingFailed;
                return "jkt";
            }

            if (ProofKey.Import(jwk, algorithm) is not { } read)
            {
                return "jwk";
            }

            key = new ProofKeys.ReadKey(segment.ToString(), thumbprint.ToArray(), read);
            return null;
        }
    }

    private static bool Verifies(ProofKey key, ReadOnlySpan<char> input, ReadOnlySpan<char> signature)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(input.Length);
        Span<byte> decoded = stackalloc byte[1024];
        try
        {
            var length = Encoding.ASCII.GetBytes(input, bytes);
            return Base64Url.GetMaxDecodedLength(signature.Length) <= decoded.Length
                && Base64Url.TryDecodeFromChars(signature, decoded, out var size)
                && key.Verifies(bytes.AsSpan(0, length), decoded[..size]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // Of the key and the id: another key's proof may have the same id.
    private static UInt128 MarkOf(byte[] thumbprint, string id)
    {
        Span<byte> input = stackalloc byte[32 + 1024];
        thumbprint.CopyTo(input);
        var length = Encoding.UTF8.GetBytes(id, input[32..]);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(input[..(32 + length)], digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private static ValueTask<ProofCheck> Invalid(string detail) => new(ProofCheck.Refused(DenyReason.DpopProofInvalid, detail));

    private ValueTask<ProofCheck> AskForNonce() => new(ProofCheck.Refused(DenyReason.DpopNonceRequired, "dpop:nonce", nonces.Current));
}
