namespace PhiGateway.Identity.Proofs;

/// <summary>
/// The call that a proof of possession was made for, where a request is made in the name of another: a feature of the request, set by
/// whoever makes it and read by the checker of proofs. Requests from outside never have it.
/// </summary>
/// <param name="Method">HTTP method of the call that the client made.</param>
/// <param name="RawTarget">Its target, as it was sent.</param>
public sealed record ProvenCall(string Method, string RawTarget);
