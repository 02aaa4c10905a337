using System.Text;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Tests.Proof;

/// <summary>Writes a journal anew with another word in it: chain, checksums, segment headers and checkpoint all fit.</summary>
internal static class JournalForger
{
    public static List<(string Path, byte[] Bytes)> Rewrite(string directory, string from, string to)
    {
        var checkpoint = JournalCheckpoint.Read(directory)!;
        var chain = JournalChain.Genesis(checkpoint.Log);
        var paths = Directory.GetFiles(directory, "*.segment");
        Array.Sort(paths, StringComparer.Ordinal);
        var written = new List<(string Path, byte[] Bytes)>();
        foreach (var path in paths)
        {
            using var scanner = new SegmentScanner(path);
            var bytes = File.ReadAllBytes(path);
            (scanner.Header! with { PreviousHash = chain }).Encode().CopyTo(bytes, 0);
            var start = scanner.Position;
            while (scanner.TryRead(out var frame, out _, out var old))
            {
                var body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(old).Replace(from, to, StringComparison.Ordinal));
                var hash = new byte[JournalChain.HashBytes];
                JournalChain.Link(chain, frame.Sequence, body, hash);
                chain = hash;
                FrameFormat.Write(bytes.AsSpan((int)start, frame.Size), frame.Sequence, frame.BatchIndex, chain, body);
                start = scanner.Position;
            }

            written.Add((path, bytes));
        }

        using var file = JournalCheckpoint.Open(directory, checkpoint);
        file.Write(checkpoint.Log, checkpoint.Sequence, chain, checkpoint.Clean);
        file.Flush();
        return written;
    }
}
