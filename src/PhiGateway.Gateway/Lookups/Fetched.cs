using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>The result of one <see cref="Fetch"/>: a body, nothing there, or a failure with its reason. Owns the body.</summary>
internal abstract class Fetched : IDisposable
{
    private Fetched(int status) => Status = status;

    /// <summary>The upstream's status; 0: no answer came.</summary>
    public int Status { get; }

    public virtual void Dispose() { }

    /// <summary>The upstream answered 200; holds the whole body.</summary>
    /// <param name="body">The buffer that holds it.</param>
    /// <param name="mediaType">What the upstream says that it is.</param>
    /// <param name="entityTag">The entity tag, as the upstream wrote it; null without one.</param>
    /// <param name="versionId">The version that it names, in whatever form; null: none.</param>
    public sealed class Found(PooledBuffer body, string mediaType, string? entityTag, string? versionId) : Fetched(200)
    {
        public ReadOnlyMemory<byte> Body => body.Written;

        public string? EntityTag { get; } = entityTag;

        public string? VersionId { get; } = versionId;

        /// <summary>What is not empty must be FHIR's JSON.</summary>
        public bool IsReadable => body.Length == 0 || KnownMediaTypes.IsFhirJson(mediaType);

        /// <summary>The same of a backend that is not FHIR: some JSON.</summary>
        public bool IsJson => body.Length == 0 || KnownMediaTypes.IsJson(mediaType);

        public override void Dispose()
        {
            body.Dispose();
            base.Dispose();
        }
    }

    /// <summary>The upstream has no such resource (404), or no longer (410).</summary>
    /// <param name="status">Which of the two.</param>
    public sealed class Absent(int status) : Fetched(status);

    /// <summary>The upstream did not answer, refused, or answered what could not be read; holds the reason.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="status">The upstream's status; 0: no answer came, or none that could be read.</param>
    public sealed class Failed(DenyReason reason, int status = 0) : Fetched(status)
    {
        public DenyReason Reason { get; } = reason;
    }
}
