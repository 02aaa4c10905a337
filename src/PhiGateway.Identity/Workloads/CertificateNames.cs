using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Workloads;

/// <summary>Reads by which names a certificate is known; asked by those who recognise workloads and clients by them.</summary>
internal static class CertificateNames
{
    private const string AlternativeNames = "2.5.29.17";

    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>All URIs of all extensions of this sort; one that cannot be read counts as one that is no name.</summary>
    public static List<string> UrisOf(X509Certificate2 certificate) => Of(certificate, Uri);

    /// <summary>The same of its DNS names.</summary>
    public static List<string> DnsNamesOf(X509Certificate2 certificate) => Of(certificate, Dns);

    /// <summary>Its subject in the one form in which subjects are compared; null: it cannot be read in one way.</summary>
    public static string? SubjectOf(X509Certificate2 certificate)
    {
        var parts = new List<(string Type, string Value)>();
        try
        {
            foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: true))
            {
                if (part.HasMultipleElements || part.GetSingleElementValue() is not { } value)
                {
                    return null;
                }

                parts.Add((part.GetSingleElementType().Value!, value));
            }
        }
        catch (CryptographicException)
        {
            return null;
        }

        return DistinguishedName.FormOf(parts);
    }

    /// <summary>Whether it authenticates its holder, and signs nobody else.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="mustSay">Whether it must say what it may be used for (X509-SVID section 4.3).</param>
    public static bool IsOfAnEnd(X509Certificate2 certificate, bool mustSay)
    {
        try
        {
            return SaysOfAnEnd(certificate, mustSay);
        }
        catch (CryptographicException)
        {
            // Extensions are read when they are asked: anybody can make a certificate that has one which cannot be.
            return false;
        }
    }

    private static bool SaysOfAnEnd(X509Certificate2 certificate, bool mustSay)
    {
        var mayBeUsed = !mustSay;
        foreach (var extension in certificate.Extensions)
        {
            switch (extension)
            {
                case X509BasicConstraintsExtension { CertificateAuthority: true }:
                    return false;
                case X509KeyUsageExtension usage:
                    const X509KeyUsageFlags Signing = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
                    if ((mustSay && !usage.Critical) || (usage.KeyUsages & Signing) != 0)
                    {
                        return false;
                    }

                    mayBeUsed = (usage.KeyUsages & X509KeyUsageFlags.DigitalSignature) != 0;
                    break;
                default:
                    break;
            }
        }

        return mayBeUsed;
    }

    private static List<string> Of(X509Certificate2 certificate, Asn1Tag sort)
    {
        var names = new List<string>();
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == AlternativeNames)
            {
                Read(extension.RawData, sort, names);
            }
        }

        return names;
    }

    private static void Read(byte[] data, Asn1Tag sort, List<string> found)
    {
        try
        {
            var names = new AsnReader(data, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(sort))
                {
                    found.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, sort));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            found.Add(string.Empty);
        }
    }
}
