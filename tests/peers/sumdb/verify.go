// Verifies a transparency log in C2SP tlog-tiles form with the code of Go's checksum database, which nobody here wrote.
//
//	verify FOLDER VKEY [INDEX PROOF]
//
// It checks the checkpoint's signature, every entry against its tiles, every tile against the signed root, that the tree extends what it was
// at half its size, and, when asked, one proof of inclusion (hashes in base64, one a line). Exit code 0: all holds. 1: refused.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		bytes, err := f.read(fmt.Sprintf("tile/%d", tile.L), tile.N, tile.W)
		if err != nil {
			return nil, err
		}
		if len(bytes) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d is too short", tile.L, tile.N)
		}
		data[i] = bytes[:tile.W*tlog.HashSize]
	}
	return data, nil
}

// The full tile if there is one, else the partial one of this width.
func (f folder) read(start string, n int64, width int) ([]byte, error) {
	name := fmt.Sprintf("%03d", n%1000)
	for rest := n / 1000; rest > 0; rest /= 1000 {
		name = fmt.Sprintf("x%03d/%s", rest%1000, name)
	}
	path := filepath.Join(string(f), start, name)
	if bytes, err := os.ReadFile(path); err == nil || width == 1<<height {
		return bytes, err
	}
	return os.ReadFile(filepath.Join(path+".p", strconv.Itoa(width)))
}

func main() {
	if err := verify(folder(os.Args[1]), os.Args[2], os.Args[3:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func verify(log folder, vkey string, proof []string) error {
	tree, err := open(log, vkey)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, log)
	if err := entries(log, tree, hashes); err != nil {
		return err
	}
	if err := consistency(tree, hashes); err != nil {
		return err
	}
	if len(proof) == 2 {
		if err := inclusion(tree, hashes, proof[0], proof[1]); err != nil {
			return err
		}
	}
	fmt.Println("verified", tree.N)
	return nil
}

func open(log folder, vkey string) (tlog.Tree, error) {
	var tree tlog.Tree
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	bytes, err := os.ReadFile(filepath.Join(string(log), "checkpoint"))
	if err != nil {
		return tree, err
	}
	signed, err := note.Open(bytes, note.VerifierList(key))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		return tree, fmt.Errorf("not a checkpoint of %s", key.Name())
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

func entries(log folder, tree tlog.Tree, hashes tlog.HashReader) error {
	for n := int64(0); n*256 < tree.N; n++ {
		width := 256
		if tree.N-n*256 < 256 {
			width = int(tree.N - n*256)
		}
		bundle, err := log.read("tile/entries", n, width)
		if err != nil {
			return err
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, n*256+int64(i))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i := range indexes {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("bundle %d is too short", n)
			}
			size := int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:2+size]) != leaves[i] {
				return fmt.Errorf("entry %d is not the leaf of the tree", n*256+int64(i))
			}
			bundle = bundle[2+size:]
		}
	}
	return nil
}

func consistency(tree tlog.Tree, hashes tlog.HashReader) error {
	half := tree.N / 2
	if half == 0 {
		return nil
	}
	old, err := tlog.TreeHash(half, hashes)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, half, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, half, old)
}

func inclusion(tree tlog.Tree, hashes tlog.HashReader, place, file string) error {
	index, err := strconv.ParseInt(place, 10, 64)
	if err != nil {
		return err
	}
	leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return err
	}
	lines, err := os.Open(file)
	if err != nil {
		return err
	}
	defer lines.Close()
	var proof tlog.RecordProof
	for scanner := bufio.NewScanner(lines); scanner.Scan(); {
		bytes, err := base64.StdEncoding.DecodeString(scanner.Text())
		if err != nil || len(bytes) != tlog.HashSize {
			return fmt.Errorf("a line of the proof is no hash")
		}
		var hash tlog.Hash
		copy(hash[:], bytes)
		proof = append(proof, hash)
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0])
}
