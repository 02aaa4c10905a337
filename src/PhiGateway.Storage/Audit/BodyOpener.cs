using System.Security.Cryptography;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// Opens the sealed bodies of one page. Each row brings its data key as the table has it at that moment, so that a key which was destroyed
/// opens nothing any more, whoever read it before. Not thread-safe.
/// </summary>
internal sealed class BodyOpener(BodyKeyRing? ring) : IDisposable
{
    private readonly Dictionary<long, AesGcm> _ciphers = [];
    private BodyKeyException? _unopened;

    /// <summary>
    /// The body. What was changed is shown as it is stored, as a body that was never sealed would be: verifiers name it.
    /// </summary>
    /// <exception cref="BodyKeyException">The key that wraps the data key is not configured, or is another one.</exception>
    public byte[] Open(string log, long sequence, long key, byte[] wrapped, byte[] stored)
    {
        if (!_ciphers.TryGetValue(key, out var cipher))
        {
            if (ring is null)
            {
                throw Kept(BodyKeyRing.Missing(BodyKeyRing.NameOf(wrapped) ?? "?"));
            }

            try
            {
                _ciphers[key] = cipher = new AesGcm(ring.Unwrap(key, wrapped), BodyKeyRing.TagBytes);
            }
            catch (BodyKeyException fault)
            {
                throw Kept(new BodyKeyException($"Record {sequence} of {log} cannot be read. {fault.Message}"));
            }
        }

        return BodySeal.Open(cipher, key, log, sequence, stored) ?? stored;
    }

    /// <summary>Throws the first fault again, where no body was ever opened with these keys.</summary>
    /// <exception cref="BodyKeyException">Of all that were tried, none could be opened, neither now nor before.</exception>
    /// <remarks>
    /// Security: whoever ships may add a row under a key of his own, in a month of its own, which a search asks for by itself: that must not keep
    /// the others from being read.
    /// </remarks>
    public void ThrowIfNoneOpened()
    {
        if (_unopened is not null && _ciphers.Count == 0 && ring?.HasOpened != true)
        {
            throw _unopened;
        }
    }

    private BodyKeyException Kept(BodyKeyException fault)
    {
        _unopened ??= fault;
        return fault;
    }

    public void Dispose()
    {
        foreach (var cipher in _ciphers.Values)
        {
            cipher.Dispose();
        }
    }
}
