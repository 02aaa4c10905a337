using PhiGateway.Identity.Common;
using PhiGateway.Identity.Workloads;

namespace PhiGateway.TokenService.Configuration;

/// <summary>
/// The certificate of a trust community by which FHIR bases sign where their tokens are given (UDAP, FAST Security), as an operator wrote it.
/// </summary>
public sealed class UdapOptions
{
    /// <summary>
    /// PEM file with the certificate, whose URIs are the FHIR bases that it speaks for, and those that lead to the community's authority;
    /// required. Read anew when it changed.
    /// </summary>
    public string Certificate { get; set; } = string.Empty;

    /// <summary>Its private key in PEM, RSA of 2048 bits or more, by reference; required.</summary>
    public string Key { get; set; } = string.Empty;

    /// <summary>Reports what is wrong, by member and in words.</summary>
    public void Validate(Action<string, string> add)
    {
        if (UdapStatements.FindFlaw(Certificate, Key) is { } flaw)
        {
            add("Udap:Certificate", flaw);
        }
        else if (SecretReference.FindRightsFlaw(Key) is { } rights)
        {
            add("Udap:Key", rights);
        }
    }
}
