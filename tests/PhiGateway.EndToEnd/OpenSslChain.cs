using System.Diagnostics;

namespace PhiGateway.EndToEnd;

/// <summary>A root, an authority below it and the certificates of clients, made by OpenSSL as files that a process can be given.</summary>
internal sealed class OpenSslChain
{
    private const string Client =
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nsubjectAltName=";

    private readonly string _folder;

    private OpenSslChain(string folder) => _folder = folder;

    /// <summary>Root and authority, PEM.</summary>
    public string Authorities => Path.Combine(_folder, "authorities.pem");

    /// <summary>Makes root and authority.</summary>
    public static OpenSslChain Create(string folder)
    {
        Directory.CreateDirectory(folder);
        var chain = new OpenSslChain(folder);
        chain.Run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 7 -subj /CN=root");
        chain.Issue("authority", "/CN=authority", "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign", "root");
        File.WriteAllText(
            chain.Authorities,
            File.ReadAllText(Path.Combine(folder, "root.pem")) + File.ReadAllText(Path.Combine(folder, "authority.pem"))
        );
        return chain;
    }

    /// <summary>Makes the certificate of a client, signed by the authority.</summary>
    /// <param name="name">Of its files.</param>
    /// <param name="subject">Its subject as OpenSSL writes it, such as <c>/C=US/O=Hospital/CN=feed</c>.</param>
    /// <param name="names">Its other names, such as <c>DNS:feed.hospital.example</c>.</param>
    public (string Certificate, string Key) Issue(string name, string subject, string names)
    {
        Issue(name, subject, Client + names, "authority");
        return (Path.Combine(_folder, name + ".pem"), Path.Combine(_folder, name + ".key"));
    }

    private void Issue(string name, string subject, string extensions, string by)
    {
        File.WriteAllText(Path.Combine(_folder, name + ".ext"), extensions);
        Run($"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr -subj {subject}");
        Run($"x509 -req -in {name}.csr -CA {by}.pem -CAkey {by}.key -CAcreateserial -days 7 -extfile {name}.ext -out {name}.pem");
    }

    private void Run(string arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("openssl", arguments)
            {
                WorkingDirectory = _folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"openssl {arguments}: {said}");
        }
    }
}
