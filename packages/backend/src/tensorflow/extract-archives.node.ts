import { runCommand } from '../install/run-command.node.ts';

/** What {@link extractTensorflowWheel} took out of a wheel. */
export interface ExtractedWheel {
  /** Version of the distribution, e.g. `2.21.0`. */
  readonly version: string;
  /** Requirements of the extra `and-cuda`, as pip takes them, e.g. `nvidia-cublas-cu12==12.5.3.2`. */
  readonly cudaRequirements: readonly string[];
}

// Python is there anyway, for pip, and reads both kinds of archive.
const script = String.raw`
import base64, csv, hashlib, io, json, os, re, shutil, sys, tarfile, zipfile

def checked_copy(archive, member, target, digests):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    digest = hashlib.sha256()
    with archive.open(member) as source, open(target, 'wb') as out:
        for block in iter(lambda: source.read(1 << 20), b''):
            digest.update(block)
            out.write(block)
    found = base64.urlsafe_b64encode(digest.digest()).rstrip(b'=').decode()
    if digests.get(member) != 'sha256=' + found:
        sys.exit(member + ' does not have the checksum that its wheel records')

def open_wheel(path):
    archive = zipfile.ZipFile(path)
    info = next(n for n in archive.namelist() if re.fullmatch(r'[^/]+\.dist-info/RECORD', n))
    rows = csv.reader(io.StringIO(archive.read(info).decode()))
    metadata = archive.read(info[:-len('RECORD')] + 'METADATA').decode()
    return archive, {row[0]: row[1] for row in rows if len(row) > 1}, metadata

def tensorflow(wheel, target):
    archive, digests, metadata = open_wheel(wheel)
    names = set(archive.namelist())
    for name in ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'):
        checked_copy(archive, 'tensorflow/' + name, os.path.join(target, 'lib', name), digests)
    root, seen = 'tensorflow/include/', set()
    headers = ['tensorflow/c/c_api.h', 'tensorflow/c/eager/c_api.h', 'tensorflow/c/tf_datatype.h',
               'tensorflow/core/platform/ctstring_internal.h']
    while headers:
        header = headers.pop()
        if header in seen or root + header not in names:
            continue
        seen.add(header)
        headers += re.findall(r'#include\s+[<"]([^>"]+)[>"]', archive.read(root + header).decode())
        checked_copy(archive, root + header, os.path.join(target, 'include', header), digests)
    version = re.search(r'^Version: (\S+)', metadata, re.M).group(1)
    cuda = re.findall(r'^Requires-Dist: (nvidia-[\w.-]+) ?\(?([^;)\s]*)\)?\s*;.*extra == .and-cuda.', metadata, re.M)
    print(json.dumps({'version': version, 'cudaRequirements': [name + spec for name, spec in cuda]}))

def libraries(wheel, target):
    archive, digests, _ = open_wheel(wheel)
    for name in archive.namelist():
        if re.search(r'/lib/[^/]+\.so(\.[\d.]+)?$', name):
            checked_copy(archive, name, os.path.join(target, os.path.basename(name)), digests)

def package(tarball, target, pattern):
    with tarfile.open(tarball, 'r:gz') as archive:
        for member in archive:
            name = re.sub(r'^[^/]+/', '', member.name)
            if member.isfile() and '..' not in name and re.fullmatch(pattern, name):
                path = os.path.join(target, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with archive.extractfile(member) as source, open(path, 'wb') as out:
                    shutil.copyfileobj(source, out)

{'tensorflow': tensorflow, 'libraries': libraries, 'package': package}[sys.argv[1]](*sys.argv[2:])
`;

/**
 * Takes TensorFlow's two libraries and the headers of its C interface out of PyPI's wheel, into `target/lib` and
 * `target/include`, each checked against the checksum that the wheel records.
 */
export async function extractTensorflowWheel(
  python: string,
  wheel: string,
  target: string,
  signal?: AbortSignal,
): Promise<ExtractedWheel> {
  const said = await runCommand(python, ['-c', script, 'tensorflow', wheel, target], { signal });
  return JSON.parse(said) as ExtractedWheel;
}

/** Takes the shared libraries out of a wheel of NVIDIA's, checked, into the folder `target`. */
export async function extractLibraries(
  python: string,
  wheel: string,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  await runCommand(python, ['-c', script, 'libraries', wheel, target], { signal });
}

/**
 * Takes the files of an npm tarball whose path in the package matches `pattern` (a regular expression for the
 * whole path) into the folder `target`.
 */
export async function extractPackage(
  python: string,
  tarball: string,
  target: string,
  pattern: string,
  signal?: AbortSignal,
): Promise<void> {
  await runCommand(python, ['-c', script, 'package', tarball, target, pattern], { signal });
}
