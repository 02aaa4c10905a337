namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>One entry of a transaction that is about to be written for the upstream.</summary>
/// <param name="FullUrl">Its <c>urn:uuid:</c> name; null without one.</param>
/// <param name="Method">Method.</param>
/// <param name="Url">Relative to the base.</param>
/// <param name="ContentType">Media type of the body.</param>
/// <param name="Body">A resource or a patch; empty without one.</param>
/// <param name="IfMatch">The version that is changed.</param>
/// <param name="IfNoneExist">The condition of a create.</param>
internal sealed record BundlePiece(
    string? FullUrl,
    string Method,
    string Url,
    string? ContentType,
    ReadOnlyMemory<byte> Body,
    string? IfMatch,
    string? IfNoneExist
);
