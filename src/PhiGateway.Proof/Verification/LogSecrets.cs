using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Entries;

namespace PhiGateway.Proof.Verification;

/// <summary>Reads the secrets that a verifier of records needs: a node's salts and its key of pseudonyms.</summary>
public sealed class LogSecrets(string keyDirectory, PatientPseudonym pseudonym)
{
    private const int KeyBytes = 32;

    /// <summary>Reads both; a key that is not there is not made.</summary>
    /// <exception cref="InvalidDataException">One is not there, in words.</exception>
    public static LogSecrets Read(string keyDirectory, string pseudonymKey) => new(keyDirectory, new PatientPseudonym(Key(pseudonymKey)));

    /// <summary>Reads a key of pseudonyms alone; one that is not there is not made.</summary>
    /// <exception cref="InvalidDataException">It is not there, in words.</exception>
    public static PatientPseudonym ReadPseudonym(string path) => new(Key(path));

    /// <summary>Makes entries of a log's records.</summary>
    /// <exception cref="InvalidDataException">The log's salts are not there.</exception>
    public EntryFactory EntriesOf(string log) => new(log, Key(Path.Combine(keyDirectory, LogOrigin.Folder(log), "salt.key")), pseudonym);

    private static byte[] Key(string path)
    {
        try
        {
            var key = File.ReadAllBytes(path);
            return key.Length == KeyBytes ? key : throw new InvalidDataException($"{path} is no key of {KeyBytes} bytes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path} cannot be read.");
        }
    }
}
